/*
 * One, two and three nodes on one PostgreSQL, with doorbells over NATS, behind a plain TCP balancer that hands out connections
 * in turn: reads and writes a second, what they cost, and when a write is heard of on the node that took it and on others.
 *
 *   node nodes.mjs [1 2 3]
 *
 * Environment: SECONDS (10) of each kind of load, READERS (32) and WRITERS (16) at once, each writer in a partnership of its own,
 * NATS (nats://127.0.0.1:4222). All of it shares one machine: more nodes than cores are not faster; what counts is that a
 * request does not cost more.
 */
import { execFileSync } from 'node:child_process';
import net from 'node:net';
import { readFileSync } from 'node:fs';

import { ask, each, ensure, Figures, Line, main, number, pause, post, until } from './lib.mjs';
import { at } from './server.mjs';
import { PERCEIVE, settle, turn } from './world.mjs';

const SECONDS = number('SECONDS', 10);
const READERS = number('READERS', 32);
const WRITERS = number('WRITERS', 16);
const NATS = process.env.NATS || 'nats://127.0.0.1:4222';
const PAIRS = 8;
const WARM_SECONDS = 3;
const HEARD_MS = 10_000;
const HEARD_WRITES = 100;
const GAP_MS = 30;

const POINT = 'query($id: ID!) { partnership(id: $id) { id title state sides { shownAs organisation { name } } } }';
const LIST = '{ risks(first: 50) { edges { node { id title level partnership { id title } } } } }';
const EVENTS = 'subscription($partnershipId: ID!, $after: String!) { riskLevelChanged(partnershipId: $partnershipId, after: $after) { cursor to } }';

/** Hands connections to the nodes in turn, byte by byte as they come. */
async function balance(nodes) {
  let next = 0;
  const open = new Set();
  const listener = net.createServer((client) => {
    const { port, hostname } = new URL(nodes[next % nodes.length].url);
    next += 1;
    const node = net.connect(Number(port), hostname);
    for (const [from, to] of [[client, node], [node, client]]) {
      open.add(from);
      from.setNoDelay(true);
      from.on('error', () => to.destroy());
      from.on('close', () => open.delete(from));
      from.pipe(to);
    }
  });
  await new Promise((resolve) => { listener.listen(0, '127.0.0.1', resolve); });
  const end = () => {
    listener.close();
    open.forEach((socket) => socket.destroy());
  };
  return { url: `http://127.0.0.1:${listener.address().port}`, end };
}

/** Seconds of processor time of everything that is called postgres: connections stay open while something is measured. */
function database() {
  const processes = execFileSync('pgrep', ['-x', 'postgres'], { encoding: 'utf8' }).trim().split('\n');
  return processes.reduce((sum, pid) => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().split(' ');
      return sum + (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      return sum;
    }
  }, 0);
}

/** So many at once, each sends the next request when it has its answer. */
async function load(figures, what, nodes, width, send) {
  let [measuring, failed] = [false, 0];
  const took = [];
  const work = async (worker) => {
    for (let count = 0; !stopped; count += 1) {
      const { ms, body } = await send(worker, count);
      failed += body.errors ? 1 : 0;
      if (measuring) {
        took.push(ms);
      }
    }
  };
  let stopped = false;
  const workers = Array.from({ length: width }, (_, worker) => work(worker));
  await pause(WARM_SECONDS * 1000);
  const used = () => ({ nodes: nodes.reduce((sum, node) => sum + node.processor(), 0), database: database(), at: performance.now() });
  const before = used();
  measuring = true;
  await pause(SECONDS * 1000);
  measuring = false;
  const after = used();
  stopped = true;
  await Promise.all(workers);
  figures.tell(`${what} a second`, (took.length * 1000) / (after.at - before.at));
  figures.tell(`${what}, processor of the nodes`, ((after.nodes - before.nodes) * 1000) / took.length, 'ms each');
  figures.tell(`${what}, processor of the database`, ((after.database - before.database) * 1000) / took.length, 'ms each');
  figures.spread(what, took, 'ms');
  figures.tell(`${what} that failed`, failed, '', '0');
  return failed;
}

/** Writes on the first node; each node has a follower. */
async function hear(figures, nodes, partnership) {
  const { id, riskId, writer } = partnership;
  const { streamPosition: after } = await ask(nodes[0].url, writer, '{ streamPosition }');
  const heard = nodes.map(() => []);
  const lines = nodes.map(({ url }, at) => new Line(
    url,
    writer,
    () => ({ 1: { query: EVENTS, variables: { partnershipId: id, after } } }),
    (_, { data }, now) => heard[at].push({ now, level: data.riskLevelChanged.to }),
  ));
  await Promise.all(lines.map((line) => line.open()));
  await pause(500);
  const sent = [];
  const began = heard.map((events) => events.length);
  ensure(began.every((count) => count === 0), 'something was heard before anything was written');
  for (let count = 0; count < HEARD_WRITES; count += 1) {
    sent.push(performance.now());
    await ask(nodes[0].url, writer, PERCEIVE, { input: turn(riskId, count + 1).input });
    await pause(GAP_MS);
  }
  await until(HEARD_MS, () => heard.every((events) => events.length >= HEARD_WRITES));
  const waits = heard.map((events) => events.slice(0, HEARD_WRITES).map(({ now }, count) => now - sent[count]));
  figures.spread('heard on the node that wrote', waits[0], 'ms');
  if (nodes.length > 1) {
    figures.spread('heard on others', waits.slice(1).flat(), 'ms');
  }
  const missing = heard.reduce((sum, events) => sum + Math.abs(HEARD_WRITES - events.length), 0);
  figures.tell('events missing or too many', missing, '', '0');
  lines.forEach((line) => line.close());
  return missing;
}

async function measure(count) {
  const figures = new Figures(`${count} node${count > 1 ? 's' : ''} behind a balancer`);
  return at('postgres', async (place) => {
    for (let n = 0; n < count; n += 1) {
      await place.start({ SAFEPACT_NATS_URL: NATS });
    }
    const { nodes } = place;
    const partnerships = await settle(place, nodes[0], { count: WRITERS + 1, pairs: PAIRS });
    await place.analyze();
    const balancer = await balance(nodes);
    const { url } = balancer;
    const some = (worker) => partnerships[worker % partnerships.length];
    let wrong = await load(figures, 'records by id', nodes, READERS, (worker) => post(url, some(worker).writer, POINT, { id: some(worker).id }));
    wrong += await load(figures, 'lists', nodes, READERS, (worker) => post(url, some(worker).readers[worker % 2], LIST));
    const input = (worker, turns) => turn(partnerships[worker].riskId, turns + 1).input;
    wrong += await load(figures, 'writes', nodes, WRITERS, (worker, turns) => post(url, partnerships[worker].writer, PERCEIVE, { input: input(worker, turns) }));
    wrong += await hear(figures, nodes, partnerships[WRITERS]);
    balancer.end();
    figures.complaints(nodes);
    figures.end();
    return wrong;
  });
}

await main(async () => {
  const counts = process.argv.slice(2).map(Number);
  const wrongs = await each(counts.length ? counts : [1, 2, 3], 1, measure);
  return wrongs.reduce((sum, wrong) => sum + wrong, 0);
});
