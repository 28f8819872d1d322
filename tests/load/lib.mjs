/*
 * What the measurements share: figures, requests over kept connections, and subscriptions that come back.
 *
 * Each figure is printed as a line of its own; a line of JSON with all of them ends a measurement.
 */
import { randomBytes } from 'node:crypto';
import http from 'node:http';

import WebSocket from 'ws';

const PROTOCOL = 'graphql-transport-ws';
const CONNECTIONS = 64;
const REQUEST_MS = 30_000;
const OPEN_MS = 20_000;
const RETRY_MS = 1000;
const LONGEST_RETRY_MS = 16_000;

export function ensure(condition, message) {
  if (!condition) {
    throw new Error(message);
  }
}

/** A UUIDv7 that nobody has. */
export function unusedId() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** A number from the environment, or its default. */
export function number(name, usual) {
  const value = Number(process.env[name] || usual);
  ensure(Number.isFinite(value) && value >= 0, `${name} is not a number: ${process.env[name]}`);
  return value;
}

/** Runs over all items, a few at a time; answers in their order. */
export async function each(items, width, run) {
  const answers = new Array(items.length);
  let next = 0;
  const work = async () => {
    while (next < items.length) {
      const at = next;
      next += 1;
      answers[at] = await run(items[at], at);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, work));
  return answers;
}

/** Looks until something is so. Answers whether it became so in time. */
export async function until(ms, so) {
  for (const began = performance.now(); performance.now() - began < ms;) {
    if (await so()) {
      return true;
    }
    await pause(20);
  }
  return false;
}

// ---- figures ---------------------------------------------------------------------------------

const rounded = (value) => (typeof value === 'number' ? Number(value.toFixed(Math.abs(value) < 100 ? 1 : 0)) : value);

/** The figures of one measurement. */
export class Figures {
  constructor(name) {
    this.name = name;
    this.all = {};
    console.log(`== ${name}`);
  }

  tell(what, value, unit = '', goal = '') {
    this.all[what] = rounded(value);
    console.log(`${what}: ${rounded(value)}${unit && ` ${unit}`}${goal && ` (goal ${goal})`}`);
  }

  /** How some values spread. */
  spread(what, values, unit, goals = {}) {
    const sorted = Float64Array.from(values).sort();
    const quantile = (share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
    for (const [name, share] of Object.entries({ p50: 0.5, p90: 0.9, p99: 0.99, max: 1 })) {
      this.tell(`${what} ${name}`, sorted.length ? quantile(share) : 'nothing measured', unit, goals[name]);
    }
  }

  /** What the servers complained of. */
  complaints(nodes) {
    nodes.forEach((node, at) => {
      const { count, kinds } = node.complaints();
      this.tell(`complaints in the log of node ${at}`, count);
      kinds.slice(0, 5).forEach((kind) => console.log(`  ${kind}`));
    });
  }

  end() {
    console.log(JSON.stringify({ measured: this.name, ...this.all }));
  }
}

/** Runs measurements one after another; the process ends with 1 where one failed or lost something. */
export async function main(measure) {
  try {
    const wrong = await measure();
    process.exit(wrong ? 1 : 0);
  } catch (error) {
    console.error(`FAIL  ${error.stack}`);
    process.exit(1);
  }
}

// ---- requests --------------------------------------------------------------------------------

const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });

/** Sends a GraphQL request; bytes and milliseconds are those of the whole answer, not yet read as JSON. */
export function post(url, token, query, variables) {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ query, variables });
    const began = performance.now();
    const request = http.request(`${url}/graphql`, {
      agent,
      method: 'POST',
      timeout: REQUEST_MS,
      headers: {
        'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
    }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const ms = performance.now() - began;
        const bytes = Buffer.concat(parts);
        try {
          resolve({ status: answer.statusCode, bytes: bytes.length, ms, body: JSON.parse(bytes) });
        } catch {
          reject(new Error(`status ${answer.statusCode} with a body that is not JSON: ${bytes.subarray(0, 200)}`));
        }
      });
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${REQUEST_MS} ms`)));
    request.on('error', reject);
    request.end(body);
  });
}

/** The data of a request that must succeed. */
export async function ask(url, token, query, variables) {
  const { status, body } = await post(url, token, query, variables);
  ensure(!body.errors, `${query.slice(0, 200)} was refused (${status}): ${JSON.stringify(body.errors)}`);
  return body.data;
}

// ---- subscriptions ---------------------------------------------------------------------------

/** How long the common client waits before it tries again. */
const patience = (tries) => Math.min(RETRY_MS * 2 ** tries, LONGEST_RETRY_MS) + 300 + Math.random() * 2700;

/**
 * A socket with subscriptions that comes back after every close, as clients do. `again` is asked for the
 * subscriptions of each connection, so that they go on where they were.
 */
export class Line {
  constructor(url, token, again, hear) {
    this.url = `${url.replace(/^http/, 'ws')}/graphql`;
    this.token = token;
    this.again = again;
    this.hear = hear;
    /** Close codes that were not asked for. */
    this.closes = [];
    this.refusals = [];
    this.tries = 0;
    this.done = false;
  }

  /** Resolves once the subscriptions were sent. */
  open() {
    return new Promise((resolve, reject) => {
      const raw = new WebSocket(this.url, PROTOCOL, { perMessageDeflate: false, handshakeTimeout: OPEN_MS });
      this.raw = raw;
      const say = (message) => raw.send(JSON.stringify(message));
      raw.on('open', () => say({ type: 'connection_init', payload: { Authorization: `Bearer ${this.token}` } }));
      raw.on('message', (data) => {
        const at = performance.now();
        const message = JSON.parse(data);
        if (message.type === 'next') {
          this.hear(message.id, message.payload, at);
        } else if (message.type === 'ping') {
          say({ type: 'pong' });
        } else if (message.type === 'connection_ack') {
          this.tries = 0;
          Object.entries(this.again()).forEach(([id, payload]) => say({ id, type: 'subscribe', payload }));
          resolve();
        } else if (message.type === 'error' || message.type === 'complete') {
          this.refusals.push(message);
        }
      });
      raw.on('error', reject);
      raw.on('close', (code, reason) => {
        reject(new Error(`the socket was closed with ${code} ${reason}`));
        if (!this.done) {
          this.closes.push(code);
          setTimeout(() => !this.done && this.open().catch(() => {}), patience(this.tries));
          this.tries += 1;
        }
      });
    });
  }

  close() {
    this.done = true;
    this.raw?.terminate();
  }
}
