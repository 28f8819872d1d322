/*
 * Mixed traffic for a while, as an office has it: questions, commands, pulls and pushes, with devices that follow.
 *
 *   node soak.mjs             SOAK_MINUTES (10) of it with SOAK_SOCKETS (2000): memory, descriptors, waits and latencies over time
 *   node soak.mjs hostile     beside it, in every other half minute, who means harm; what honest people wait then
 *
 * SOAK_RATE: requests a second (60).
 */
import { execFile } from 'node:child_process';
import net from 'node:net';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';

import WebSocket from 'ws';

import { each, Figures, main, number, pause, post, unusedId, until } from './lib.mjs';
import { Reader, upToDate } from './readers.mjs';
import { at } from './server.mjs';
import { organisationsOf, PERCEIVE, settle, turn } from './world.mjs';

const run = promisify(execFile);
const MINUTES = number('SOAK_MINUTES', 10);
const SOCKETS = number('SOAK_SOCKETS', 2000);
const RATE = number('SOAK_RATE', 60);
const PARTNERSHIPS = 60;
const PAIRS = 12;
const PHASE_MS = 30_000;
const PHASES = 6;
const PATIENCE_MS = 30_000;
const SAMPLE_MS = 5000;
const REST_MS = 8000;

const POINT = 'query($id: ID!) { partnership(id: $id) { id title state sides { shownAs organisation { name } } } }';
const LIST = '{ risks(first: 50) { edges { node { id title level partnership { id title } } } } }';
const PULL = `query($checkpoint: RiskInputCheckpoint) {
  pullRisk(checkpoint: $checkpoint, limit: 1000) { documents { id deleted title level version } checkpoint { cursor } }
}`;
const PUSH = `mutation($rows: [IncidentInputPushRow!]) { pushIncident(incidentPushRow: $rows) { id } }`;

/** What honest people do, and how often out of a hundred times. */
function deeds(url, partnerships, northlight) {
  const some = (list) => list[Math.floor(Math.random() * list.length)];
  const checkpoints = new Map();
  const pushed = [];
  let turns = 0;
  return {
    pushed,
    share: { point: 35, list: 25, pull: 25, perceive: 12, push: 3 },
    async point() {
      const { id, readers } = some(partnerships);
      return post(url, some(readers), POINT, { id });
    },
    list: () => post(url, some(some(partnerships).readers), LIST),
    async pull() {
      const token = some(some(partnerships).readers);
      const answer = await post(url, token, PULL, { checkpoint: checkpoints.get(token) });
      checkpoints.set(token, answer.body.data?.pullRisk.checkpoint);
      return answer;
    },
    async perceive() {
      const { riskId, writer } = some(partnerships);
      turns += 1;
      return post(url, writer, PERCEIVE, { input: turn(riskId, turns).input });
    },
    async push() {
      const id = unusedId();
      const { writer } = some(partnerships);
      const newDocumentState = { id, organisationId: northlight, title: 'Stopped on the road', country: 'SS', occurredOn: '2026-05', means: 'SHOOTING', deleted: false };
      const answer = await post(url, writer, PUSH, { rows: [{ newDocumentState }] });
      if (!answer.body.errors) {
        pushed.push(id);
      }
      return answer;
    },
  };
}

/** Sends at a rate, whatever the answers take; keeps what everything took. */
class Traffic {
  constructor(deeds) {
    this.deeds = deeds;
    this.kinds = Object.entries(deeds.share).flatMap(([kind, share]) => new Array(share).fill(kind));
    this.took = [];
    this.faults = [];
    this.open = 0;
  }

  async send() {
    const kind = this.kinds[Math.floor(Math.random() * this.kinds.length)];
    const began = performance.now();
    this.open += 1;
    try {
      const { body } = await this.deeds[kind]();
      if (body.errors) {
        this.faults.push(`${kind}: ${JSON.stringify(body.errors).slice(0, 200)}`);
      }
    } catch (error) {
      this.faults.push(`${kind}: ${error.message}`);
    }
    this.open -= 1;
    this.took.push({ kind, at: began, ms: performance.now() - began });
  }

  async run(ms) {
    const began = performance.now();
    for (let sent = 0; performance.now() - began < ms; sent += 1) {
      const due = began + (sent * 1000) / RATE;
      await pause(Math.max(0, due - performance.now()));
      this.send();
    }
    await until(PATIENCE_MS, () => this.open === 0);
  }

  between(from, to) {
    return this.took.filter(({ at: when }) => when >= from && when < to).map(({ ms }) => ms);
  }
}

const p99 = (values) => [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1];

/** What the server and the database hold, again and again. */
class Watch {
  constructor(place, server) {
    Object.assign(this, { place, server, samples: [] });
    this.timer = setInterval(() => this.look().catch(() => {}), SAMPLE_MS);
  }

  async look() {
    const sql = "SELECT count(*) FILTER (WHERE wait_event_type = 'Lock'), count(*) FILTER (WHERE state <> 'idle'), count(*), "
      + '(SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()) '
      + "FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
    const { stdout } = await run('psql', ['-qXAt', '-F', ',', '-c', sql, this.place.databaseUrl]);
    const [locks, busy, connections, commits] = stdout.trim().split(',').map(Number);
    const files = readdirSync(`/proc/${this.server.pid}/fd`).length;
    this.samples.push({ at: performance.now(), memory: this.server.memory().now, files, locks, busy, connections, commits });
  }

  most(name, from, to) {
    return Math.max(0, ...this.samples.filter((sample) => sample.at >= from && sample.at < to).map((sample) => sample[name]));
  }

  end() {
    clearInterval(this.timer);
  }
}

async function world(place) {
  const server = await place.start();
  const { url } = server;
  const partnerships = await settle(place, server, { count: PARTNERSHIPS, pairs: PAIRS });
  await place.analyze();
  const [dana] = await place.tokens(['dana']);
  const { northlight } = await organisationsOf(url, dana);
  return { server, url, partnerships, traffic: new Traffic(deeds(url, partnerships, northlight)), dana };
}

async function long(figures, place) {
  const { server, url, partnerships, traffic, dana } = await world(place);
  const tokens = [dana, ...new Set(partnerships.map(({ writer }) => writer))];
  const checkpoints = await each(tokens, 4, (token) => upToDate(url, token));
  const readers = Array.from({ length: SOCKETS }, (_, n) => (
    new Reader(url, tokens[n % tokens.length], { checkpoint: checkpoints[n % tokens.length] })));
  await each(readers, 32, ({ line }) => line.open());
  await traffic.run(REST_MS);
  traffic.took.length = 0;
  const watch = new Watch(place, server);
  const began = performance.now();
  await traffic.run(MINUTES * 60_000);
  const ended = performance.now();
  watch.end();
  const third = (ended - began) / 3;
  const [first, last] = [[began, began + third], [ended - third, ended]];
  figures.tell('requests', traffic.took.length);
  figures.tell('requests that failed', traffic.faults.length, '', '0');
  [...new Set(traffic.faults)].slice(0, 5).forEach((fault) => console.log(`  ${fault}`));
  figures.spread('first third, a request', traffic.between(...first), 'ms');
  figures.spread('last third, a request', traffic.between(...last), 'ms', { p99: 'as in the first' });
  for (const name of ['memory', 'files', 'connections', 'busy', 'locks']) {
    const unit = name === 'memory' ? 'MiB' : '';
    figures.tell(`first third, ${name} at most`, watch.most(name, ...first), unit);
    figures.tell(`last third, ${name} at most`, watch.most(name, ...last), unit);
  }
  figures.tell('transactions a request', (watch.samples.at(-1).commits - watch.samples[0].commits) / traffic.took.length);
  const { pushed } = traffic.deeds;
  const lacking = () => readers.reduce((sum, reader) => sum + reader.lacks(pushed), 0);
  await until(PATIENCE_MS, () => lacking() === 0);
  const lost = lacking();
  figures.tell('documents told to sockets', pushed.length * readers.length);
  figures.tell('documents missing', lost, '', '0');
  figures.tell('sockets that were closed', readers.reduce((sum, { line }) => sum + line.closes.length, 0), '', '0');
  readers.forEach(({ line }) => line.close());
  await pause(REST_MS);
  figures.tell('memory after', server.memory().now, 'MiB');
  return lost + traffic.faults.length;
}

/** People who mean harm. Everything they open is counted, and closed in the end. */
class Harm {
  constructor(url, token) {
    Object.assign(this, { url, token, sockets: [], timers: [], sent: 0, refused: 0 });
    this.address = new URL(url);
  }

  begin() {
    const aliases = `{ ${Array.from({ length: 5000 }, (_, n) => `a${n}: risks(first: 100) { edges { node { id } } }`).join(' ')} }`;
    const deep = `{ partnerships { edges { node ${'{ sides { partnership '.repeat(90)}{ id }${' } }'.repeat(90)} } } }`;
    const wide = '{ partnerships(first: 100) { edges { node { risks(first: 100) { edges { node { levelRecords { level risk { levelRecords { level } } } } } } } } } }';
    const bombs = [aliases, deep, wide, '{'.repeat(30_000), `#${'\r#'.repeat(15_000)}`, '{ me { ...F } } fragment F on Me { ...F }'];
    const throws = (ms, deed) => this.timers.push(setInterval(() => deed().catch(() => {}), ms));
    let next = 0;
    throws(25, async () => {
      next += 1;
      this.sent += 1;
      const { status, body } = await post(this.url, next % 3 ? this.token : undefined, bombs[next % bombs.length]);
      this.refused += status >= 400 || body.errors ? 1 : 0;
    });
    for (let n = 0; n < 60; n += 1) {
      this.drip(`POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{`);
      this.drip('POST /graphql HTTP/1.1\r\nhost: x\r\nx-slow: ');
      const raw = new WebSocket(`${this.url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws');
      raw.on('error', () => {});
      this.sockets.push({ destroy: () => raw.terminate() });
    }
  }

  /** A connection that says a byte now and then. */
  drip(head) {
    const socket = net.connect(Number(this.address.port), this.address.hostname);
    socket.on('error', () => {});
    socket.write(head);
    this.timers.push(setInterval(() => socket.writable && socket.write('a'), 500));
    this.sockets.push(socket);
  }

  end() {
    this.timers.forEach(clearInterval);
    this.sockets.forEach((socket) => socket.destroy());
  }
}

async function hostile(figures, place) {
  const { server, url, traffic, dana } = await world(place);
  await traffic.run(REST_MS);
  const watch = new Watch(place, server);
  const waits = { alone: [], beside: [] };
  let [sent, refused] = [0, 0];
  for (let phase = 0; phase < PHASES; phase += 1) {
    const harm = phase % 2 ? new Harm(url, dana) : undefined;
    harm?.begin();
    traffic.took.length = 0;
    await traffic.run(PHASE_MS);
    waits[harm ? 'beside' : 'alone'].push(...traffic.took.map(({ ms }) => ms));
    harm?.end();
    [sent, refused] = [sent + (harm?.sent ?? 0), refused + (harm?.refused ?? 0)];
    await pause(1000);
  }
  watch.end();
  figures.tell('honest requests that failed', traffic.faults.length, '', '0');
  [...new Set(traffic.faults)].slice(0, 5).forEach((fault) => console.log(`  ${fault}`));
  figures.tell('bombs', sent);
  figures.tell('bombs that were answered with an error', refused, '', 'all');
  figures.spread('honest people alone', waits.alone, 'ms');
  figures.spread('honest people beside them', waits.beside, 'ms');
  figures.tell('p99 beside them over p99 alone', p99(waits.beside) / p99(waits.alone), '', '≤ 1.2');
  figures.tell('memory at most', watch.most('memory', 0, Infinity), 'MiB');
  figures.tell('descriptors at most', watch.most('files', 0, Infinity));
  await pause(REST_MS);
  figures.tell('descriptors after', readdirSync(`/proc/${server.pid}/fd`).length);
  return traffic.faults.length;
}

await main(async () => {
  const measure = process.argv.includes('hostile') ? hostile : long;
  return at('postgres', async (place) => {
    const figures = new Figures(`soak, ${measure.name}`);
    const wrong = await measure(figures, place);
    figures.complaints(place.nodes);
    figures.end();
    return wrong;
  });
});
