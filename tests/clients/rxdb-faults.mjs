/*
 * Offline sync through faults: an outage longer than common clients wait, kill -9 in the middle of
 * pushes, a restore from a backup, and thousands of real incidents at once.
 *
 *   node rxdb-faults.mjs http://127.0.0.1:18440 [path of safepact]
 *
 * It starts and stops its own servers at this address, on databases of its own in a temporary folder.
 * SAFEPACT_BIN names the binary where the second argument does not, SAFEPACT_DATA the folder with the
 * real incidents where it is not beside the repository, INCIDENTS how many are made for the largest device (100000 in CI, else 10000).
 */
import { execFile, spawn } from 'node:child_process';
import {
  closeSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve as absolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import {
  base, demoTokens, ensure, keyFile as givenBinary, main, notProved, pause, probe, same, within,
} from './lib.mjs';
import {
  EAGER, held, incident, pushed, stepByStep, until, withDevices,
} from './rxdb-lib.mjs';

const OUTAGE_MS = 40000;
const KILLS = 8;
const START_MS = 60000;
const STOP_MS = 20000;
const SETTLE_MS = 30000;
const PUSH_MS = 3000;
/** Less than the second after which the server says a push once more. */
const OVERTAKEN_MS = 500;
/** More than that second, and less than the ten after which it says it for the last time. */
const LATE_MS = 4000;
const LAST_MS = 15000;
const REAL_INCIDENTS = 4337;
// In CI the whole of it; elsewhere a tenth, for who only wants to know whether the tests pass.
const MANY_INCIDENTS = Number(process.env.INCIDENTS || (process.env.SAFEPACT_REQUIRE_ALL ? 100000 : 10000));
const MANY_MS = 600000;

const beside = fileURLToPath(new URL('../../', import.meta.url));
const binary = absolute(givenBinary || process.env.SAFEPACT_BIN || join(beside, 'target/debug/safepact'));
const realData = join(process.env.SAFEPACT_DATA || join(beside, '../shared/data'), 'aid_worker_incidents_1997_2025.csv');

const many = (count, title) => Array.from({ length: count }, (_, n) => incident(`${title} ${n + 1}`));
const idsOf = (documents) => documents.map(({ id }) => id);
const missing = (ids, here) => ids.filter((id) => !here.has(id));

// ---- servers ---------------------------------------------------------------------------------

const folders = mkdtempSync(join(tmpdir(), 'safepact-faults-'));
const running = new Set();
process.on('exit', () => {
  running.forEach((child) => child.kill('SIGKILL'));
  rmSync(folders, { recursive: true, force: true });
});

const ready = () => fetch(`${base}/health/ready`).then(({ ok }) => ok, () => false);

/** SQLite keeps what is not yet in the database in files beside it. */
const databaseFiles = (folder) => readdirSync(folder).filter((name) => name.startsWith('safepact.sqlite'));

/** A server on a database of its own. */
class Server {
  constructor(name) {
    this.folder = join(folders, name);
    this.data = join(this.folder, 'data');
    mkdirSync(this.data, { recursive: true });
    this.settings = ['--database-url', `sqlite:${join(this.data, 'safepact.sqlite')}`];
  }

  async start() {
    ensure(!await ready(), `somebody else listens on ${base}`);
    const log = openSync(join(this.folder, 'log'), 'a');
    const child = spawn(binary, ['serve', '--demo', '--listen', new URL(base).host, ...this.settings], {
      cwd: this.folder, stdio: ['ignore', 'ignore', log],
    });
    closeSync(log);
    running.add(child);
    this.child = child;
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => { running.delete(child); resolve(); });
    });
    await Promise.race([
      until(ready, 'the server is ready', START_MS, () => this.log()),
      this.ended.then(() => { throw new Error(`the server ended: ${this.log()}`); }),
    ]);
  }

  log() {
    return readFileSync(join(this.folder, 'log'), 'utf8').slice(-600);
  }

  async stop(signal = 'SIGTERM') {
    this.child.kill(signal);
    await within(STOP_MS, this.ended, `the end after ${signal}`);
  }

  /** A command beside the server; what it prints. */
  async command(...words) {
    const { stdout } = await promisify(execFile)(binary, [...words, ...this.settings], { cwd: this.folder });
    return stdout.trim();
  }

  /** Keeps a copy of the stopped database. */
  backUp() {
    this.backup = join(this.folder, 'backup');
    mkdirSync(this.backup);
    databaseFiles(this.data).forEach((name) => copyFileSync(join(this.data, name), join(this.backup, name)));
  }

  /** Puts the copy back. */
  restore() {
    databaseFiles(this.data).forEach((name) => rmSync(join(this.data, name)));
    databaseFiles(this.backup).forEach((name) => copyFileSync(join(this.backup, name), join(this.data, name)));
  }
}

async function report(token, documents) {
  const answer = await pushed(token, 'incident', documents.map((document) => ({ newDocumentState: { ...document, deleted: false } })));
  same(answer.filter(({ deleted }) => deleted), [], 'refused incidents');
  return idsOf(documents);
}

/** The device holds exactly what the server gives its person. */
async function equals(device, what) {
  const differences = async () => {
    const [there, here] = [await held(device.token), new Map((await device.all()).map((document) => [document.id, document]))];
    const fieldsOf = (document) => Object.keys(document)
      .filter((field) => (here.get(document.id)?.[field] ?? null) !== document[field]);
    const wrong = [...there.values()].filter((document) => fieldsOf(document).length > 0);
    return {
      different: wrong.map((document) => [document.title, here.has(document.id) ? fieldsOf(document).join() : 'is not there']),
      surplus: [...here.values()].filter(({ id }) => !there.has(id)).map(({ title }) => title),
    };
  };
  await until(async () => {
    const { different, surplus } = await differences();
    return different.length + surplus.length === 0;
  }, what, SETTLE_MS, differences);
}

// ---- faults ----------------------------------------------------------------------------------

/** Patient, but never for longer than two seconds: RxDB's own pauses double without an end. */
const CAPPED = { retryWait: (tries) => pause(Math.min(2000, 250 * 2 ** tries)) };

async function outage(server) {
  await server.start();
  const { omar, grace } = await demoTokens();
  await probe(`the server is away for ${OUTAGE_MS / 1000} s while two devices work: everything arrives when it is back`, () => (
    withDevices([[omar, CAPPED], [grace, CAPPED]], async (device, other) => {
      const old = many(10, 'Before the outage');
      await device.insertAll(old);
      await until(async () => missing(idsOf(old), await other.ids()).length === 0, 'the other device', SETTLE_MS);
      await server.stop('SIGKILL');
      const began = performance.now();
      const offline = many(10, 'During the outage');
      const others = many(10, 'During the outage, elsewhere');
      for (let n = 0; n < 10; n += 1) {
        await device.insert(offline[n]);
        await device.edit(old[n].id, { narrative: `Written in the dark, ${n}.` });
        await other.insert(others[n]);
        await pause((OUTAGE_MS - (performance.now() - began)) / (10 - n));
      }
      await server.start();
      const all = idsOf([...old, ...offline, ...others]);
      const took = await until(async () => {
        const [here, there] = [await device.ids(), new Map((await other.all()).map((document) => [document.id, document]))];
        return missing(all, here).length + missing(all, there).length === 0
          && old.every(({ id }, n) => there.get(id).narrative === `Written in the dark, ${n}.`);
      }, 'everything on both devices', SETTLE_MS);
      await equals(device, 'the device equals the server');
      const there = await held(omar);
      same(idsOf(old).map((id) => there.get(id).version), old.map(() => 2), 'versions of the edited ones');
      same(idsOf(offline).map((id) => there.get(id).version), offline.map(() => 1), 'versions of the new ones');
      const [live] = await report(grace, [incident('After the outage')]);
      await until(async () => (await device.ids()).has(live), 'the stream after the outage', SETTLE_MS);
      return `all here ${(took / 1000).toFixed(1)} s after it was back`;
    })));
  await server.stop('SIGKILL');
}

/** Options of a device that starts with an unsent document, and whose pull and stream overtake the answer to its push. */
function overtaken(token) {
  let arrive;
  let answer;
  const atServer = new Promise((resolve) => { arrive = resolve; });
  const answered = new Promise((resolve) => { answer = resolve; });
  const options = {
    fetch: async (request) => {
      if (!(await request.clone().text()).includes('"operationName":"Push')) {
        await atServer;
        return fetch(request);
      }
      const got = await fetch(request);
      arrive();
      await pause(OVERTAKEN_MS);
      answer();
      return got;
    },
    connectionParams: async () => {
      await atServer;
      return { headers: { Authorization: `Bearer ${token}` } };
    },
  };
  return { options, answered };
}

/**
 * A device works on while its server is away. When it is back one of the pushes that go out side by side is answered
 * long after the others. RxDB notes what it has pushed when all of them are answered, and drops what it hears of it
 * until then.
 */
async function straggler(server, late) {
  await server.start();
  const { omar } = await demoTokens();
  const ALL = 20;
  const documents = many(ALL * 5, 'Together');
  let away = false;
  let pushes = 0;
  let begin;
  let end;
  const begun = new Promise((resolve) => { begin = resolve; });
  const ended = new Promise((resolve) => { end = resolve; });
  const slow = async (request) => {
    const text = await request.clone().text();
    if (!text.includes('"operationName":"Push')) {
      // RxDB drops nothing more once a pull brought something: it comes when the streams have said it once more.
      await (away ? begun.then(() => pause(3 * OVERTAKEN_MS)) : null);
      return fetch(request);
    }
    const answer = await fetch(request);
    pushes += text.includes('Together ') ? 1 : 0;
    // The first of them goes alone.
    if (pushes === 3) {
      begin();
      // Within the second after which what was pushed together is said once more, or later.
      for (const since = Date.now(); pushes < ALL && Date.now() - since < LATE_MS;) {
        await pause(OVERTAKEN_MS / 10);
      }
      await pause(late ? LATE_MS : OVERTAKEN_MS / 2);
      end();
    }
    return answer;
  };
  const name = `the answer to one of several pushes comes ${late ? 'very late' : 'late'}: the device still gets what only the server knows`;
  await withDevices([[omar, { ...EAGER, pushBatchSize: 5, fetch: slow }]], (device) => (
    probe(name, async () => {
      await device.arrived();
      await server.stop('SIGKILL');
      away = true;
      await device.insert(incident('The one before'));
      await pause(OVERTAKEN_MS);
      await device.insertAll(documents);
      await server.start();
      await within(SETTLE_MS, ended, 'the last answer');
      ensure(pushes > 3, 'the device did not push side by side');
      const behind = async () => {
        const here = new Map((await device.all()).map((document) => [document.id, document]));
        return documents.filter(({ id }) => here.get(id).version !== 1).map(({ title }) => title);
      };
      const took = await until(async () => (await behind()).length === 0, 'the version of every document', late ? LAST_MS : SETTLE_MS, behind);
      return `${took} ms after the last answer`;
    })));
  await server.stop();
}

async function kills(server) {
  await server.start();
  const { omar } = await demoTokens();
  let open = 0;
  let answered = 0;
  let hit = 0;
  const counting = async (request) => {
    const push = (await request.clone().text()).includes('"operationName":"Push');
    open += push ? 1 : 0;
    try {
      const answer = await fetch(request);
      answered += push && answer.ok ? 1 : 0;
      return answer;
    } finally {
      open -= push ? 1 : 0;
    }
  };
  await withDevices([[omar, { ...EAGER, pushBatchSize: 5, fetch: counting }]], async (device) => {
    await probe(`killed ${KILLS} times in the middle of pushes: nothing is lost, nothing doubled`, async () => {
      const made = [];
      const edits = new Map();
      let working = true;
      const work = async () => {
        while (working) {
          const documents = many(10, `Report ${made.length}`);
          await device.insertAll(documents);
          made.push(...documents);
          const { id } = made[Math.floor(Math.random() * made.length)];
          edits.set(id, (edits.get(id) ?? 0) + 1);
          await device.edit(id, { narrative: `Edit ${edits.get(id)}` });
          await pause(200);
        }
      };
      const worker = work();
      worker.catch(() => {});
      try {
        for (let n = 0; n < KILLS; n += 1) {
          await pause(300 + Math.random() * 700);
          // The moment is chosen, so that most kills hit an open push.
          await until(async () => open > 0, 'a push', PUSH_MS).catch(() => {});
          hit += open > 0 ? 1 : 0;
          await server.stop('SIGKILL');
          await server.start();
        }
      } finally {
        working = false;
      }
      await worker;
      await stepByStep(device.sent(), 'the last push', SETTLE_MS, () => answered);
      const there = await held(omar);
      same(missing(idsOf(made), there), [], 'lost');
      const titles = [...there.values()].filter(({ title }) => title.startsWith('Report ')).map(({ title }) => title);
      same(titles.length, made.length, 'reports');
      const wrong = made.filter(({ id }) => {
        const { version, narrative } = there.get(id);
        const count = edits.get(id) ?? 0;
        return version > 1 + count || narrative !== (count ? `Edit ${count}` : null);
      });
      same(wrong.map(({ id }) => [there.get(id).version, there.get(id).narrative, edits.get(id) ?? 0]), [], 'doubled or lost edits');
      const conflicts = [...(await held(omar, 'syncConflict')).values()];
      same(conflicts.filter(({ documentId }) => edits.has(documentId)), [], 'conflicts');
      await withDevices([[omar]], async (fresh) => {
        await within(SETTLE_MS, fresh.arrived(), 'a fresh device');
        same((await fresh.ids()).size, there.size, 'incidents on a fresh device');
      });
      ensure(hit > 0, 'no kill hit an open push');
      return `${made.length} reports, ${hit} of ${KILLS} kills hit an open push`;
    });
    await probe('after the kills the device equals the server, also in what only the server knows', () => (
      equals(device, 'the device equals the server')));
  });
  await probe('killed just after a push whose answer was overtaken by a pull: the device still gets what only the server knows', () => {
    const { options, answered } = overtaken(omar);
    return withDevices([[omar, EAGER]], async (device) => {
      await device.arrived();
      await device.stops();
      const document = incident('Overtaken, then killed');
      await device.insert(document);
      await device.starts({ ...EAGER, ...options });
      await within(SETTLE_MS, answered, 'the answer to the push');
      await server.stop('SIGKILL');
      await server.start();
      const took = await device.becomes(document.id, (state) => state.version === 1, 'the version', SETTLE_MS);
      return `${took} ms after it was back`;
    });
  });
  await server.stop();
  await probe('every ledger is whole after that', async () => (await server.command('verify')).split('\n')[0]);
}

async function restored(server) {
  await server.start();
  const { omar, grace } = await demoTokens();
  await probe('after a restore from a backup the device goes back to what the server holds, and goes on', () => (
    withDevices([[omar, EAGER]], async (device) => {
      const before = many(130, 'Before the backup');
      await device.insertAll(before);
      await device.sent();
      await equals(device, 'before the backup');
      await server.stop();
      server.backUp();
      await server.start();
      await device.edit(before[0].id, { narrative: 'Lost.' });
      await device.becomes(before[0].id, (state) => state.version === 2, 'an edit after the backup', SETTLE_MS);
      const lost = incident('After the backup');
      await device.insert(lost);
      await device.becomes(lost.id, (state) => state.version === 1, 'a new one after the backup', SETTLE_MS);
      await server.stop();
      server.restore();
      const generation = await server.command('generation', 'bump');
      ensure(generation.length > 0, 'the command did not name the new generation');
      const offline = incident('While it was restored');
      await device.insert(offline);
      await server.start();
      // Written to the same positions that the lost changes had.
      const other = await report(grace, many(8, 'After the restore'));
      const kept = idsOf([...before, offline]).concat(other);
      await until(async () => missing(kept, await device.ids()).length === 0, 'everything on the device', SETTLE_MS);
      await device.becomes(before[0].id, (state) => state.narrative === null, 'the state of the backup', SETTLE_MS);
      const there = await held(omar);
      same(missing(kept, there), [], 'incidents on the server');
      ensure(!there.has(lost.id), 'the server cannot have what was lost');
      await device.edit(before[1].id, { narrative: 'Goes on.' });
      await device.becomes(before[1].id, (state) => state.version === 2, 'the next edit', SETTLE_MS);
      const [live] = await report(grace, [incident('Live after the restore')]);
      await until(async () => (await device.ids()).has(live), 'the stream after the restore', SETTLE_MS);
      // Nobody told the device to forget it: it still has the only copy, and the next edit saves it.
      ensure((await device.ids()).has(lost.id), 'the only copy of what the restore lost is gone');
      await device.edit(lost.id, { narrative: 'Here it is still known.' });
      await until(async () => (await held(omar)).has(lost.id), 'what the restore lost, on the server again', SETTLE_MS);
      await equals(device, 'the device equals the server');
    })));
  await server.stop('SIGKILL');
}

async function realIncidents(server) {
  if (!existsSync(realData)) {
    notProved(`${REAL_INCIDENTS} real incidents (${realData} is not there)`);
    return;
  }
  await server.start();
  await server.stop();
  await probe(`the ${REAL_INCIDENTS} real incidents are imported`, async () => {
    const began = performance.now();
    const said = await server.command('import', 'incidents', realData, '--mapping', 'aid-worker-incidents', '--as', 'omar');
    return `${((performance.now() - began) / 1000).toFixed(1)} s: ${said.split('\n')[0]}`;
  });
  await server.start();
  const { omar } = await demoTokens();
  await probe('a device with default options gets all of them', () => withDevices([[omar]], async (device) => {
    const began = performance.now();
    await within(60000, device.arrived(), 'the first replication');
    const took = ((performance.now() - began) / 1000).toFixed(1);
    const documents = await device.all();
    same(documents.filter(({ sourceReference }) => sourceReference).length, REAL_INCIDENTS, 'imported incidents');
    await equals(device, 'the device equals the server');
    device.quiet('the device');
    return `${took} s`;
  }));
  await server.stop();
}

async function manyIncidents(server) {
  await server.start();
  await server.stop();
  const file = join(server.folder, 'many.csv');
  const row = (n) => `${n},${2000 + (n % 25)},${1 + (n % 12)},${1 + (n % 28)},SS,South Sudan,Place ${n % 97},Shooting`;
  const rows = Array.from({ length: MANY_INCIDENTS }, (_, n) => row(n + 1));
  writeFileSync(file, `Incident ID,Year,Month,Day,Country Code,Country,City,Means of attack\n${rows.join('\n')}\n`);
  await server.command('import', 'incidents', file, '--mapping', 'aid-worker-incidents', '--as', 'omar');
  await server.start();
  const { omar } = await demoTokens();
  await probe(`a device with default options gets all of ${MANY_INCIDENTS}`, () => withDevices([[omar]], async (device) => {
    const began = performance.now();
    await within(MANY_MS, device.arrived(), 'the first replication');
    const took = (performance.now() - began) / 1000;
    const here = await device.ids();
    same(missing([...(await held(omar)).keys()], here), [], 'documents that are missing');
    ensure(here.size >= MANY_INCIDENTS, `${here.size} documents are on the device`);
    const [live] = await report(omar, [incident('After all of them')]);
    await until(async () => await device.one(live) !== null, 'the stream beside them', SETTLE_MS);
    device.quiet('the device');
    return `${took.toFixed(0)} s, ${Math.round(MANY_INCIDENTS / took)} a second`;
  }));
  await server.stop();
}

await main(async () => {
  ensure(existsSync(binary), `the binary is not at ${binary}: name it as the second argument or in SAFEPACT_BIN`);
  await straggler(new Server('straggler'), false);
  await straggler(new Server('late-straggler'), true);
  await kills(new Server('kills'));
  await restored(new Server('restored'));
  await realIncidents(new Server('real'));
  await manyIncidents(new Server('many'));
  await outage(new Server('outage'));
});
