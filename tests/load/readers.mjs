/*
 * Devices that follow incidents, in a process of their own: `sockets.mjs` starts as many of these as the limit of open
 * files asks for, and speaks with them by messages.
 */
import { each, ensure, Line, pause, post } from './lib.mjs';

const STREAM = `subscription onStream($headers: IncidentInputHeaders) {
  streamIncident(headers: $headers) { documents { id deleted title occurredOn state version updatedAt narrative } checkpoint { cursor } }
}`;
const PULL = `query PullIncident($checkpoint: IncidentInputCheckpoint, $limit: Int!) {
  pullIncident(checkpoint: $checkpoint, limit: $limit) { documents { id deleted version } checkpoint { cursor } }
}`;
const PAGE = 1000;
const OPENING_AT_ONCE = 32;
/** After a refusal the common client pulls again. */
const PULL_AGAIN_MS = 5000;
const MOST_PULLS = 50;

/** The time, as other processes on this machine tell it. */
export const now = () => performance.timeOrigin + performance.now();

/** One device, or several behind one socket: each with a stream, a checkpoint, and what it got and when. */
export class Reader {
  constructor(url, token, { streams = 1, checkpoint } = {}) {
    this.url = url;
    this.token = token;
    this.pulls = 0;
    this.refused = 0;
    this.faults = [];
    this.devices = Array.from({ length: streams }, () => ({ checkpoint, got: new Map() }));
    let opened = 0;
    const again = () => {
      opened += 1;
      if (opened > 1) {
        this.catchUp().catch((error) => this.faults.push(error.message));
      }
      return Object.fromEntries(this.devices.map((_, id) => [id, { query: STREAM, variables: { headers: {} } }]));
    };
    this.line = new Line(url, token, again, (id, payload) => this.hear(this.devices[id], payload));
  }

  hear(device, { data, errors }) {
    if (errors || !data?.streamIncident) {
      this.faults.push(`an item that ends the stream for clients: ${JSON.stringify({ data, errors })}`);
      return;
    }
    this.take(device, data.streamIncident);
  }

  take(device, { documents, checkpoint }) {
    documents.filter(({ id }) => !device.got.has(id)).forEach(({ id }) => device.got.set(id, now()));
    device.checkpoint = checkpoint || device.checkpoint;
  }

  /** After a socket came back a device pulls. */
  async catchUp() {
    await each(this.devices, 2, async (device) => {
      for (let short = false; !short;) {
        const pullIncident = await this.pull(device.checkpoint);
        this.take(device, pullIncident);
        short = pullIncident.documents.length < PAGE;
      }
    });
  }

  async pull(checkpoint) {
    for (let attempt = 1; ; attempt += 1) {
      const { body } = await post(this.url, this.token, PULL, { checkpoint, limit: PAGE }).catch((error) => ({ body: { errors: [error.message] } }));
      this.pulls += 1;
      if (!body.errors) {
        return body.data.pullIncident;
      }
      this.refused += 1;
      ensure(attempt < MOST_PULLS, `a pull was refused ${MOST_PULLS} times: ${JSON.stringify(body.errors)}`);
      await pause(PULL_AGAIN_MS);
    }
  }

  lacks(ids) {
    return this.devices.reduce((sum, { got }) => sum + ids.filter((id) => !got.has(id)).length, 0);
  }
}

/** Where a device stands that has everything. */
export async function upToDate(url, token) {
  const reader = new Reader(url, token);
  await reader.catchUp();
  return reader.devices[0].checkpoint;
}

let readers = [];

const answers = {
  /** Opens sockets, the tokens in turn. */
  async open({ url, tokens, count }) {
    const checkpoints = await each(tokens, 4, (token) => upToDate(url, token));
    readers = Array.from({ length: count }, (_, at) => (
      new Reader(url, tokens[at % tokens.length], { checkpoint: checkpoints[at % tokens.length] })));
    const failed = await each(readers, OPENING_AT_ONCE, ({ line }) => line.open().then(() => '', (error) => error.message));
    return failed.filter((message) => message);
  },
  /** How many pairs of a device and an incident are open. */
  lack: ({ ids }) => readers.reduce((sum, reader) => sum + reader.lacks(ids), 0),
  /** When each device got each incident. */
  times: ({ ids }) => ids.map((id) => readers.flatMap(({ devices }) => devices.map(({ got }) => got.get(id))).filter(Boolean)),
  state: () => ({
    pulls: readers.reduce((sum, { pulls }) => sum + pulls, 0),
    refused: readers.reduce((sum, { refused }) => sum + refused, 0),
    closes: readers.flatMap(({ line }) => line.closes),
    ended: readers.flatMap(({ line, faults }) => [...line.refusals.map((refusal) => JSON.stringify(refusal)), ...faults]),
  }),
};

async function reply({ call, name, given }) {
  try {
    process.send({ call, answer: await answers[name](given) });
  } catch (error) {
    process.send({ call, fault: error.stack });
  }
}

// Imported by `sockets.mjs` itself, there is nobody to answer.
if (process.send) {
  process.on('message', reply);
  process.on('disconnect', () => process.exit(0));
}
