/*
 * Many sockets on one node, and one that does not read.
 *
 *   node sockets.mjs [many|slow …] [sqlite|postgres]
 *
 *   many   SOCKETS (5000) sockets of PEOPLE (50) people, each with one stream of incidents; then WRITES (20) incidents.
 *          Every socket must get every one, by its stream or, after a close that asks for it, by a pull.
 *   slow   one socket with STREAMS (30) streams stops reading while SLOW_WRITES (2000) incidents of NARRATIVE (4000)
 *          letters are written. The memory of the server must stay bounded, a reader beside it must get everything, and
 *          so must the slow one once it reads on.
 *
 * Open files are not raised beyond `ulimit -n`: clients share as many processes as it takes.
 */
import { execFileSync, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { ask, each, ensure, Figures, main, number, pause, unusedId, until } from './lib.mjs';
import { now, Reader, upToDate } from './readers.mjs';
import { at } from './server.mjs';
import { organisationsOf, people } from './world.mjs';

const SOCKETS = number('SOCKETS', 5000);
const PEOPLE = number('PEOPLE', 50);
const WRITES = number('WRITES', 20);
const STREAMS = number('STREAMS', 30);
const SLOW_WRITES = number('SLOW_WRITES', 2000);
const NARRATIVE = number('NARRATIVE', 4000);

/** Files of a process that are no sockets. */
const OTHER_FILES = 200;
const MOST_PROCESSES = 8;
const ON_A_PROCESS = 2500;
const BETWEEN_WRITES_MS = 500;
const REST_MS = 5000;
const PATIENCE_MS = 120_000;
const ROWS = 20;
const PUSH = `mutation PushIncident($incidentPushRow: [IncidentInputPushRow!]) {
  pushIncident(incidentPushRow: $incidentPushRow) { id deleted }
}`;

/** Writes some incidents; answers with their ids, once they are committed. */
async function write(url, token, organisationId, count, narrative) {
  const incidentPushRow = Array.from({ length: count }, () => ({
    newDocumentState: {
      id: unusedId(), deleted: false, organisationId, title: 'Cars stopped on the road', occurredOn: '2026-05-01', country: 'SS', narrative,
    },
  }));
  const { pushIncident } = await ask(url, token, PUSH, { incidentPushRow });
  ensure(!pushIncident.some(({ deleted }) => deleted), `of ${count} incidents ${pushIncident.length} were refused`);
  return incidentPushRow.map(({ newDocumentState: { id } }) => id);
}

/** A process with readers. */
class Process {
  constructor() {
    this.child = fork(fileURLToPath(new URL('readers.mjs', import.meta.url)));
    this.calls = new Map();
    this.child.on('message', ({ call, answer, fault }) => {
      const { resolve, reject } = this.calls.get(call);
      this.calls.delete(call);
      return fault ? reject(new Error(fault)) : resolve(answer);
    });
    this.child.on('exit', () => this.calls.forEach(({ reject }) => reject(new Error('a process of readers ended'))));
  }

  ask(name, given = {}) {
    return new Promise((resolve, reject) => {
      const call = unusedId();
      this.calls.set(call, { resolve, reject });
      this.child.send({ call, name, given });
    });
  }
}

const sum = (counts) => counts.reduce((total, count) => total + count, 0);
const openFiles = () => Number(execFileSync('sh', ['-c', 'ulimit -n']).toString().replace('unlimited', 'Infinity'));

async function many(figures, place) {
  const most = openFiles() - OTHER_FILES;
  ensure(SOCKETS <= most, `the limit of open files (ulimit -n) leaves the server ${most} sockets, ${SOCKETS} are asked for`);
  const server = await place.start();
  const { url } = server;
  const [lars, dana] = await place.tokens(['lars', 'dana']);
  const { northlight } = await organisationsOf(url, lars);
  const tokens = await people(place, server, lars, northlight, Array.from({ length: PEOPLE }, (_, count) => `reader-${count}`));
  const length = Math.ceil(SOCKETS / Math.min(most, ON_A_PROCESS));
  ensure(length <= MOST_PROCESSES, `${length} processes for the clients are too many`);
  const processes = Array.from({ length }, () => new Process());
  await pause(REST_MS);
  const before = server.memory().now;
  server.forgetPeak();

  const began = performance.now();
  const shares = processes.map((_, count) => Math.floor(SOCKETS / length) + Number(count < SOCKETS % length));
  const failed = (await Promise.all(processes.map((process, count) => process.ask('open', { url, tokens, count: shares[count] })))).flat();
  figures.tell('sockets', SOCKETS - failed.length, '', String(SOCKETS));
  [...new Set(failed)].slice(0, 3).forEach((message) => console.log(`  ${message}`));
  figures.tell('time to open them', (performance.now() - began) / 1000, 's');
  await pause(REST_MS);
  const idle = server.memory();
  figures.tell('memory before', before, 'MiB');
  figures.tell('memory with the sockets', idle.now, 'MiB', '≤ 100');
  figures.tell('memory of a socket', ((idle.now - before) * 1024) / SOCKETS, 'KiB');
  const quiet = server.processor();
  await pause(REST_MS);
  figures.tell('processor time a second while nothing happens', (server.processor() - quiet) / (REST_MS / 1000), 's');

  const written = [];
  for (let count = 0; count < WRITES; count += 1) {
    const [id] = await write(url, dana, northlight, 1, 'Nobody was hurt.');
    written.push({ id, answered: now() });
    await pause(BETWEEN_WRITES_MS);
  }
  const ids = written.map(({ id }) => id);
  const lack = async () => sum(await Promise.all(processes.map((process) => process.ask('lack', { ids }))));
  await until(PATIENCE_MS, async () => await lack() === 0 || void await pause(REST_MS / 10));
  const times = await Promise.all(processes.map((process) => process.ask('times', { ids })));
  const waits = written.flatMap(({ answered }, count) => times.flatMap((of) => of[count].map((time) => time - answered)));
  const last = written.map(({ answered }, count) => times.reduce((latest, of) => of[count].reduce((a, b) => Math.max(a, b), latest), answered) - answered);
  const states = await Promise.all(processes.map((process) => process.ask('state')));
  const lost = await lack();
  figures.tell('documents expected', SOCKETS * WRITES);
  figures.tell('documents missing', lost, '', '0');
  figures.spread('commit answered to socket', waits, 'ms');
  figures.spread('commit answered to the last of the sockets', last, 'ms');
  const closes = states.flatMap((state) => state.closes);
  figures.tell('sockets closed by the server', closes.length ? `${closes.length} with ${[...new Set(closes)]}` : 0);
  const ended = states.flatMap((state) => state.ended);
  figures.tell('streams ended by the server', ended.length, '', '0');
  [...new Set(ended)].slice(0, 3).forEach((what) => console.log(`  ${what}`));
  figures.tell('pulls after a close', sum(states.map(({ pulls }) => pulls)));
  figures.tell('pulls refused', sum(states.map(({ refused }) => refused)));
  figures.tell('memory at most', server.memory().peak, 'MiB', '≤ 100');
  processes.forEach(({ child }) => child.disconnect());
  await pause(REST_MS);
  figures.tell('memory after the sockets are gone', server.memory().now, 'MiB');
  return lost + failed.length + ended.length;
}

/** Bytes of a connection that the system holds on either end. */
function inBuffers(raw) {
  const port = raw._socket.localPort.toString(16).toUpperCase().padStart(4, '0');
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').map((row) => row.trim().split(/\s+/));
  const ours = rows.filter(([, local, remote]) => [local, remote].some((end) => end?.endsWith(`:${port}`)));
  return sum(ours.flatMap((row) => row[4].split(':').map((bytes) => parseInt(bytes, 16))));
}

async function slow(figures, place) {
  const server = await place.start();
  const { url } = server;
  const [dana] = await place.tokens(['dana']);
  const { northlight } = await organisationsOf(url, dana);
  const checkpoint = await upToDate(url, dana);
  const stuck = new Reader(url, dana, { streams: STREAMS, checkpoint });
  const healthy = new Reader(url, dana, { checkpoint });
  await each([stuck, healthy], 2, ({ line }) => line.open());
  // One incident shows that every stream is awake.
  const first = await write(url, dana, northlight, 1, 'Nobody was hurt.');
  ensure(await until(PATIENCE_MS, () => stuck.lacks(first) + healthy.lacks(first) === 0), 'a stream heard nothing of the first incident');
  await pause(REST_MS);
  const before = server.memory().now;
  server.forgetPeak();

  stuck.line.raw.pause();
  const ids = [];
  const began = performance.now();
  while (ids.length < SLOW_WRITES) {
    const rows = Math.min(ROWS, SLOW_WRITES - ids.length);
    ids.push(...await write(url, dana, northlight, rows, 'Nobody was hurt. '.repeat(NARRATIVE / 17)));
  }
  const committed = now();
  figures.tell('writes a second', SLOW_WRITES / ((performance.now() - began) / 1000));
  await until(PATIENCE_MS, () => healthy.lacks(ids) === 0);
  const [{ got }] = healthy.devices;
  figures.tell('documents missing beside the slow socket', healthy.lacks(ids), '', '0');
  figures.tell('the last one came after the last commit by', Math.max(0, ...ids.slice(-ROWS).map((id) => (got.get(id) ?? Infinity) - committed)), 'ms');
  const { peak } = server.memory();
  const buffered = inBuffers(stuck.line.raw);
  const whole = STREAMS * SLOW_WRITES * NARRATIVE;
  figures.tell('all that the slow socket was to get', whole / (1 << 20), 'MiB');
  figures.tell('of that in buffers of the system', buffered / (1 << 20), 'MiB');
  ensure(buffered < whole / 2, 'the slow socket was never slow: the system took what it was to get');
  figures.tell('memory before', before, 'MiB');
  figures.tell('memory at most', peak, 'MiB', 'bounded');

  const beside = [];
  const resumed = performance.now();
  stuck.line.raw.resume();
  await until(PATIENCE_MS, async () => {
    const asked = performance.now();
    await ask(url, dana, '{ me { person { id } } }');
    beside.push(performance.now() - asked);
    return stuck.lacks(ids) === 0;
  });
  const lost = stuck.lacks(ids) + healthy.lacks(ids);
  figures.tell('documents missing in the end', lost, '', '0');
  figures.tell('caught up after reading on', performance.now() - resumed, 'ms');
  figures.spread('a small query meanwhile', beside, 'ms');
  const { closes, refusals } = stuck.line;
  figures.tell('closes of the slow socket', closes.length ? closes.join(', ') : 'none');
  figures.tell('pulls of the slow socket', stuck.pulls);
  const ended = refusals.length + stuck.faults.length + healthy.faults.length;
  figures.tell('streams ended by the server', ended, '', '0');
  [...refusals.map((refusal) => JSON.stringify(refusal)), ...stuck.faults, ...healthy.faults].slice(0, 3).forEach((what) => console.log(`  ${what}`));
  figures.tell('memory at most, with catching up', server.memory().peak, 'MiB', 'bounded');
  [stuck, healthy].forEach(({ line }) => line.close());
  await pause(REST_MS);
  figures.tell('memory after', server.memory().now, 'MiB');
  return lost + ended;
}

const PARTS = { many, slow };

await main(async () => {
  const asked = process.argv.slice(2);
  const parts = asked.filter((word) => word in PARTS);
  const kinds = asked.filter((word) => !(word in PARTS));
  let wrong = 0;
  for (const part of parts.length ? parts : Object.keys(PARTS)) {
    for (const kind of kinds.length ? kinds : ['sqlite', 'postgres']) {
      wrong += await at(kind, async (place) => {
        const figures = new Figures(`sockets, ${part}, ${kind}`);
        const faults = await PARTS[part](figures, place);
        figures.complaints(place.nodes);
        figures.end();
        return faults;
      });
    }
  }
  return wrong;
});
