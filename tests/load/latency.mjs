/*
 * How long after a write its followers hear of it, and whether each of them hears of every one.
 *
 *   node latency.mjs [one|two|killed|polled|paused …] [sqlite|postgres]
 *
 *   one     one node
 *   two     two nodes on one PostgreSQL with doorbells over NATS; writes on one, subscriptions on the other
 *   killed  the same, and NATS dies for both in the middle, for good
 *   polled  the same with nobody at the address of NATS
 *   paused  as two, and the node of the subscriptions is stopped for PAUSE seconds in the middle
 *
 * Environment: SUBSCRIPTIONS (1000), WRITES a second (100), SECONDS (30), PARTNERSHIPS (100), PAUSE (30), NATS
 * (nats://127.0.0.1:4222), FOLLOW=events for riskLevelChanged (the default) or FOLLOW=sync for streamRisk.
 *
 * A write is a view that moves the level of a risk; each reaches SUBSCRIPTIONS / PARTNERSHIPS subscriptions. Two times
 * are taken, with the clock of this one process: from sending the mutation to the event, and from its answer, which
 * comes after the commit, to the event; an event that is faster than the answer counts as less than nothing.
 */
import net from 'node:net';

import { ask, each, ensure, Figures, Line, main, number, pause, post, until } from './lib.mjs';
import { at } from './server.mjs';
import { PERCEIVE, settle, turn } from './world.mjs';

const SUBSCRIPTIONS = number('SUBSCRIPTIONS', 1000);
const WRITES = number('WRITES', 100);
const SECONDS = number('SECONDS', 30);
const PARTNERSHIPS = number('PARTNERSHIPS', 100);
const PAUSE = number('PAUSE', 30);
const NATS = process.env.NATS || 'nats://127.0.0.1:4222';
/** Port 1 is nobody's. */
const DEAD_NATS = 'nats://127.0.0.1:1';
const SYNC = process.env.FOLLOW === 'sync';

const MOST_ON_A_SOCKET = 30;
const TRIES = 5;
const WARM_MS = 30_000;
const PATIENCE_MS = 60_000;
const PULL_AGAIN_MS = 5000;
const MODES = {
  one: { nodes: 1, nats: '', goals: { p50: '≤ 15', p99: '≤ 100' } },
  two: { nodes: 2, nats: NATS, goals: { p99: '≤ 150' } },
  killed: { nodes: 2, nats: NATS, goals: { max: '≤ 1500' } },
  polled: { nodes: 2, nats: DEAD_NATS, goals: { max: '≤ 1500' } },
  paused: { nodes: 2, nats: NATS, goals: {} },
};

// ---- followers -------------------------------------------------------------------------------

const POSITION = '{ streamPosition }';
const EVENTS = `subscription($partnershipId: ID!, $after: String!) {
  riskLevelChanged(partnershipId: $partnershipId, after: $after) { cursor at from to }
}`;
const STREAM = 'subscription { streamRisk(headers: {}) { documents { id version updatedAt } checkpoint { cursor } } }';
const PULL = `query PullRisk($checkpoint: RiskInputCheckpoint, $limit: Int!) {
  pullRisk(checkpoint: $checkpoint, limit: $limit) { documents { id version updatedAt } checkpoint { cursor } }
}`;
const PAGE = 1000;

/** Follows the levels of one partnership: each write is one event, in turn. */
class Events {
  constructor(partnership) {
    this.partnerships = [partnership];
    this.cursors = new Set();
    this.heard = [];
    this.twice = 0;
    this.outOfTurn = 0;
  }

  async begin(url, token) {
    this.cursor = (await ask(url, token, POSITION)).streamPosition;
  }

  request() {
    return { query: EVENTS, variables: { partnershipId: this.partnerships[0].id, after: this.cursor } };
  }

  hear({ data, errors }, now) {
    ensure(!errors, `an event came with ${JSON.stringify(errors)}`);
    const { cursor, to } = data.riskLevelChanged;
    this.cursor = cursor;
    if (this.cursors.has(cursor)) {
      this.twice += 1;
      return;
    }
    this.cursors.add(cursor);
    this.heard.push(now);
    this.outOfTurn += Number(to !== turn('', this.heard.length).level);
  }

  async back() {}

  /** When a write was heard of. */
  when(partnership, count) {
    return this.heard[count];
  }
}

/** Follows all risks of a person in sync form: a state covers the writes before it. */
class Stream {
  constructor(partnership, partnerships, token) {
    this.partnerships = partnerships.filter(({ readers }) => readers.includes(token));
    this.states = new Map(this.partnerships.map(({ riskId }) => [riskId, []]));
    this.twice = 0;
    this.outOfTurn = 0;
  }

  async begin(url, token) {
    this.pull = async () => {
      for (let short = false; !short;) {
        const { pullRisk } = await ask(url, token, PULL, { checkpoint: this.checkpoint, limit: PAGE });
        this.take(pullRisk, performance.now());
        short = pullRisk.documents.length < PAGE;
      }
    };
    await this.pull();
  }

  request() {
    return { query: STREAM };
  }

  hear({ data, errors }, now) {
    ensure(!errors && data?.streamRisk, `the stream said ${JSON.stringify({ data, errors })}, which ends it for clients`);
    this.take(data.streamRisk, now);
  }

  take({ documents, checkpoint }, now) {
    this.checkpoint = checkpoint || this.checkpoint;
    for (const { id, version } of documents) {
      const states = this.states.get(id);
      // A client keeps the newest state it was given, so an older one behind it would be a fault.
      this.outOfTurn += Number(states?.length > 0 && states.at(-1).version > version);
      states?.push({ version, now });
    }
  }

  /** After a socket came back, a client pulls. */
  back() {
    return this.pull();
  }

  when({ riskId, writes }, count) {
    return this.states.get(riskId).find(({ version }) => version >= writes[count].version)?.now;
  }
}

/** Shares the subscriptions out among partnerships and their readers, and opens sockets for them. */
async function follow(url, partnerships) {
  const byReader = new Map();
  for (let count = 0; count < SUBSCRIPTIONS; count += 1) {
    const partnership = partnerships[count % partnerships.length];
    const token = partnership.readers[Math.floor(count / partnerships.length) % partnership.readers.length];
    const follower = SYNC ? new Stream(partnership, partnerships, token) : new Events(partnership);
    byReader.set(token, [...(byReader.get(token) || []), follower]);
  }
  const lines = [];
  for (const [token, followers] of byReader) {
    await each(followers, 8, (follower) => follower.begin(url, token));
    for (let first = 0; first < followers.length; first += MOST_ON_A_SOCKET) {
      lines.push(lineOf(url, token, followers.slice(first, first + MOST_ON_A_SOCKET)));
    }
  }
  await each(lines, 16, (line) => line.open());
  return lines;
}

/** Where the pull is refused, it is tried again, as clients do. */
function catchUp(follower) {
  return follower.back().catch(() => pause(PULL_AGAIN_MS).then(() => catchUp(follower)));
}

function lineOf(url, token, followers) {
  let opened = 0;
  const again = () => {
    opened += 1;
    if (opened > 1) {
      followers.forEach(catchUp);
    }
    return Object.fromEntries(followers.map((follower, id) => [id, follower.request()]));
  };
  const line = new Line(url, token, again, (id, payload, now) => followers[id].hear(payload, now));
  line.followers = followers;
  return line;
}

// ---- writers ---------------------------------------------------------------------------------

/** The next write on the risk of a partnership. Sent again with the same words it changes nothing, so it may be. */
async function write(url, partnership, faults) {
  const { input } = turn(partnership.riskId, partnership.writes.length + 1);
  const sent = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    const refusal = await post(url, partnership.writer, PERCEIVE, { input }).then(({ status, body }) => {
      if (!body.errors) {
        partnership.writes.push({ sent, answered: performance.now(), version: body.data.recordPerception.version });
      }
      return body.errors && `${status} ${body.errors[0].extensions?.code}: ${body.errors[0].message}`;
    }, (error) => error.message);
    if (!refusal) {
      return;
    }
    faults.set(refusal, (faults.get(refusal) || 0) + 1);
    ensure(attempt < TRIES, `a write failed ${TRIES} times: ${refusal}`);
    await pause(200 * attempt);
  }
}

/** Writes at a steady rate, whatever the server does; only writes on one risk wait for each other. */
async function load(url, partnerships, seconds, faults) {
  const total = Math.round(WRITES * seconds);
  const began = performance.now();
  const behind = [];
  for (let count = 0; count < total; count += 1) {
    const due = began + (count * 1000) / WRITES;
    while (performance.now() < due) {
      await pause(Math.min(5, Math.max(1, due - performance.now())));
    }
    const partnership = partnerships[count % partnerships.length];
    partnership.last = Promise.resolve(partnership.last).then(() => {
      behind.push(performance.now() - due);
      return write(url, partnership, faults);
    });
    // Said when all are awaited.
    partnership.last.catch(() => {});
  }
  await Promise.all(partnerships.map(({ last }) => last));
  return { total, behind, rate: total / ((performance.now() - began) / 1000) };
}

// ---- measurement -----------------------------------------------------------------------------

/** Every pair of a follower and a write that it must hear of. */
function* pairs(lines) {
  for (const { followers } of lines) {
    for (const follower of followers) {
      for (const partnership of follower.partnerships) {
        for (let count = 0; count < partnership.writes.length; count += 1) {
          yield { heard: follower.when(partnership, count), write: partnership.writes[count], first: count === 0 };
        }
      }
    }
  }
}

const missing = (lines) => [...pairs(lines)].filter(({ heard }) => heard === undefined).length;

/** The first write on each risk, after which every subscription is known to be awake. */
async function warm(url, lines, partnerships, faults) {
  await each(partnerships, 4, (partnership) => write(url, partnership, faults));
  ensure(await until(WARM_MS, () => missing(lines) === 0), `${missing(lines)} subscriptions heard nothing of the first write${lines.flatMap(({ refusals }) => refusals.map((refusal) => ` ${JSON.stringify(refusal)}`)).slice(0, 3)}`);
}

/** Stops the node of the followers in the middle of the writes. */
async function interrupted(writer, reader, partnerships, faults) {
  const writing = load(writer.url, partnerships, SECONDS + PAUSE, faults);
  writing.catch(() => {});
  await pause((SECONDS * 1000) / 2);
  const frozen = performance.now();
  reader.freeze();
  await pause(PAUSE * 1000);
  reader.thaw();
  return { frozen, thawed: performance.now(), ...await writing };
}

function tellPause(figures, lines, { frozen, thawed }) {
  const waited = [...pairs(lines)].filter(({ write: { answered } }) => answered > frozen && answered < thawed);
  figures.tell('events of the pause', waited.length);
  const last = waited.reduce((latest, { heard }) => Math.max(latest, heard ?? Infinity), thawed);
  figures.tell('caught up after the pause', last - thawed, 'ms');
}

function tell(figures, lines, partnerships, goals) {
  const followers = lines.flatMap((line) => line.followers);
  const all = [...pairs(lines)];
  const heard = all.filter((pair) => pair.heard !== undefined && !pair.first);
  const sum = (what) => followers.reduce((total, follower) => total + follower[what], 0);
  figures.tell('events expected', all.length);
  figures.tell('events missing', all.filter((pair) => pair.heard === undefined).length, '', '0');
  figures.tell('events out of turn', sum('outOfTurn'), '', '0');
  figures.tell('events heard twice', sum('twice'));
  figures.spread('mutation sent to event', heard.map((pair) => pair.heard - pair.write.sent), 'ms');
  figures.spread('commit answered to event', heard.map((pair) => pair.heard - pair.write.answered), 'ms', goals);
  const answers = partnerships.flatMap(({ writes }) => writes.slice(1));
  figures.spread('mutation sent to answer', answers.map(({ sent, answered }) => answered - sent), 'ms');
  const closes = lines.flatMap((line) => line.closes);
  figures.tell('sockets closed by the server', closes.length ? `${closes.length} with ${[...new Set(closes)]}` : 0);
  const refusals = lines.flatMap((line) => line.refusals);
  figures.tell('subscriptions ended by the server', refusals.length, '', '0');
  refusals.slice(0, 3).forEach((refusal) => console.log(`  ${JSON.stringify(refusal)}`));
}

/** A way to NATS that can be cut: for who goes through it, NATS is dead then. */
function line(nats) {
  const { hostname, port } = new URL(nats);
  const ends = new Set();
  const server = net.createServer((near) => {
    const far = net.connect(Number(port), hostname);
    [[near, far], [far, near]].forEach(([from, to]) => {
      ends.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
    });
  });
  const cut = () => {
    server.close();
    ends.forEach((end) => end.destroy());
  };
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ url: `nats://127.0.0.1:${server.address().port}`, cut }));
  });
}

async function measure(mode, kind, place) {
  const { nodes, nats: known, goals } = MODES[mode];
  const way = mode === 'killed' ? await line(known) : null;
  const nats = way ? way.url : known;
  const environment = nats ? { SAFEPACT_NATS_URL: nats } : {};
  const writer = await place.start(environment);
  const reader = nodes > 1 ? await place.start(environment) : writer;
  const partnerships = await settle(place, writer, { count: PARTNERSHIPS, pairs: SYNC ? PARTNERSHIPS : Math.ceil(PARTNERSHIPS / 5) });
  partnerships.forEach((partnership) => { partnership.writes = []; });
  const faults = new Map();
  const lines = await follow(reader.url, partnerships);
  await warm(writer.url, lines, partnerships, faults);

  const figures = new Figures(`latency, ${mode}, ${kind}, ${SYNC ? 'streamRisk' : 'riskLevelChanged'}`);
  figures.tell('subscriptions', lines.flatMap((line) => line.followers).length);
  figures.tell('sockets', lines.length);
  const before = place.nodes.map((node) => node.processor());
  const cutting = way && setTimeout(way.cut, (SECONDS / 2) * 1000);
  const ran = mode === 'paused' ? await interrupted(writer, reader, partnerships, faults) : await load(writer.url, partnerships, SECONDS, faults);
  await until(PATIENCE_MS, () => missing(lines) === 0);
  figures.tell('writes', ran.total);
  figures.tell('writes a second', ran.rate, '', String(WRITES));
  figures.spread('write sent behind its time', ran.behind, 'ms');
  figures.tell('writes that had to be sent again', [...faults.values()].reduce((total, count) => total + count, 0));
  faults.forEach((count, fault) => console.log(`  ${count} × ${fault}`));
  tell(figures, lines, partnerships, goals);
  if (mode === 'paused') {
    tellPause(figures, lines, ran);
  }
  place.nodes.forEach((node, count) => {
    figures.tell(`processor time of node ${count}`, node.processor() - before[count], 's');
    figures.tell(`memory of node ${count}`, node.memory().now, 'MiB');
  });
  figures.complaints(place.nodes);
  figures.end();
  clearTimeout(cutting);
  lines.forEach((line) => line.close());
  return ['events missing', 'events out of turn', 'subscriptions ended by the server'].reduce((sum, what) => sum + figures.all[what], 0);
}

await main(async () => {
  const asked = process.argv.slice(2);
  const modes = asked.filter((word) => word in MODES);
  const kinds = asked.filter((word) => !(word in MODES));
  let wrong = 0;
  for (const mode of modes.length ? modes : Object.keys(MODES)) {
    // Two nodes need a database that both can reach.
    for (const kind of MODES[mode].nodes > 1 ? ['postgres'] : kinds.length ? kinds : ['sqlite', 'postgres']) {
      wrong += await at(kind, (place) => measure(mode, kind, place));
    }
  }
  return wrong;
});
