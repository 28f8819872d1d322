/*
 * What the RxDB clients share: a device of somebody, its line to the server, and a look at what the
 * server itself holds.
 *
 * RxDB is unmodified and builds every operation itself. It keeps one socket for each address in a
 * process, whoever opened it first: that each device has a line of its own tells devices apart, and
 * lets one of them be offline.
 */
import net from 'node:net';

import { createRxDatabase } from 'rxdb/plugins/core';
import {
  pullQueryBuilderFromRxSchema, pullStreamBuilderFromRxSchema, pushQueryBuilderFromRxSchema, replicateGraphQL,
} from 'rxdb/plugins/replication-graphql';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import { wrappedValidateAjvStorage } from 'rxdb/plugins/validate-ajv';

import {
  ask, base, ensure, pause, post, unusedId, within,
} from './lib.mjs';

/** Collections that take a push; of all others a device only pulls. */
const WRITABLE = ['incident', 'syncCommand'];
const LARGEST_PAGE = 1000;
/** Where time is not the point: a busy machine is no fault. */
const PATIENT_MS = 30000;

// ---- collections -----------------------------------------------------------------------------

const schemas = new Map();

/** The JSON schema of a collection, as the server publishes it to everybody. */
export async function schemaOf(collection) {
  if (!schemas.has(collection)) {
    const answer = await fetch(`${base}/sync/schemas/${collection}.json`);
    ensure(answer.ok, `/sync/schemas/${collection}.json answered ${answer.status}`);
    schemas.set(collection, await answer.json());
  }
  return structuredClone(schemas.get(collection));
}

/** Every collection that the schema offers for replication. */
export async function collectionsOf(token) {
  const { __schema: { queryType } } = await ask(token, '{ __schema { queryType { fields { name } } } }');
  return queryType.fields.map(({ name }) => /^pull([A-Z]\w*)$/.exec(name)?.[1]).filter(Boolean)
    .map((name) => name.charAt(0).toLowerCase() + name.slice(1));
}

const capital = (name) => name.charAt(0).toUpperCase() + name.slice(1);

async function fieldsOf(collection) {
  const { properties } = await schemaOf(collection);
  return [...new Set([...Object.keys(properties), 'deleted'])].join(' ');
}

/** An incident that nobody has reported yet. */
export const incident = (title, more) => ({ id: unusedId(), title, occurredOn: '2026-03-07', ...more });

// ---- what the server holds -------------------------------------------------------------------

/** One page, without RxDB. */
export async function pull(token, collection, checkpoint, limit = LARGEST_PAGE) {
  const Name = capital(collection);
  const data = await ask(token, `query($checkpoint: ${Name}InputCheckpoint, $limit: Int!) {
    pull${Name}(checkpoint: $checkpoint, limit: $limit) { documents { ${await fieldsOf(collection)} } checkpoint { cursor } } }`, {
    checkpoint, limit,
  });
  return data[`pull${Name}`];
}

/** Everything of a collection that a token reads now, by id. */
export async function held(token, collection = 'incident') {
  const documents = new Map();
  let checkpoint = null;
  let page;
  do {
    page = await pull(token, collection, checkpoint);
    ({ checkpoint } = page);
    for (const { deleted, ...document } of page.documents) {
      if (deleted) {
        documents.delete(document.id);
      } else {
        documents.set(document.id, document);
      }
    }
  } while (page.documents.length >= LARGEST_PAGE);
  return documents;
}

/** Pushes rows without RxDB; the whole answer. */
export async function pushed(token, collection, rows) {
  const Name = capital(collection);
  const query = `mutation($rows: [${Name}InputPushRow!]) { push${Name}(${collection}PushRow: $rows) { ${await fieldsOf(collection)} } }`;
  const { body } = await post(token, query, { rows });
  ensure(!body.errors, `the push was answered with errors: ${JSON.stringify(body.errors)}`);
  return body.data[`push${Name}`];
}

/** The subscription of a collection, with the fields that RxDB asks for. */
export async function streamOf(collection) {
  const Name = capital(collection);
  return `subscription onStream($headers: ${Name}InputHeaders) { stream${Name}(headers: $headers) {
    documents { ${await fieldsOf(collection)} } checkpoint { cursor } } }`;
}

/** What an account lost or was refused about a document. */
export async function conflictsAbout(token, id) {
  const all = await held(token, 'syncConflict');
  return [...all.values()].filter(({ documentId }) => documentId === id);
}

// ---- the line --------------------------------------------------------------------------------

/** A way to the server that can be cut and mended, for requests and sockets alike. */
class Line {
  constructor() {
    this.up = true;
    this.sockets = new Set();
  }

  open() {
    const { hostname, port } = new URL(base);
    this.server = net.createServer((near) => {
      near.on('error', () => {});
      if (!this.up) {
        near.destroy();
        return;
      }
      const far = net.connect(port, hostname);
      for (const [from, to] of [[near, far], [far, near]]) {
        this.sockets.add(from);
        from.setNoDelay(true);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.sockets.delete(from);
          to.end();
        });
        from.pipe(to);
      }
    });
    return new Promise((resolve) => {
      this.server.listen(0, '127.0.0.1', () => {
        this.url = `http://127.0.0.1:${this.server.address().port}/graphql`;
        resolve();
      });
    });
  }

  cut() {
    this.up = false;
    this.sockets.forEach((socket) => socket.destroy());
  }

  mend() {
    this.up = true;
  }

  close() {
    this.cut();
    this.server.close();
  }
}

// ---- devices ---------------------------------------------------------------------------------

const memory = getRxStorageMemory();
const validating = wrappedValidateAjvStorage({ storage: getRxStorageMemory() });

/** For who is cut off on purpose: comes back at once instead of after RxDB's patient pauses. */
export const EAGER = { retryTime: 300, retryWait: () => pause(200) };

const bearer = (token) => ({ Authorization: `Bearer ${token}` });

// RxDB does not wait until its socket is disposed of, and disposing waits for an attempt to connect: what
// such an attempt ends with while a device closes, nobody hears. Everything else that nobody hears is a fault.
process.on('unhandledRejection', (reason) => {
  if (!/^(Close|Error)Event$/.test(reason?.constructor?.name)) {
    throw reason;
  }
});

/** An RxDB of somebody that replicates. */
class Device {
  constructor(token, options) {
    this.token = token;
    this.options = { collections: ['incident'], stream: true, ...options };
    this.line = new Line();
    this.replications = {};
    this.errors = [];
  }

  async open() {
    await this.line.open();
    this.database = await createRxDatabase({
      name: `device-${unusedId()}`,
      storage: this.options.validating ? validating : memory,
      multiInstance: false,
    });
    const { collections } = this.options;
    const wanted = await Promise.all(collections.map(async (name) => [name, { schema: await schemaOf(name) }]));
    await this.database.addCollections(Object.fromEntries(wanted));
    await this.starts();
  }

  async replicate(name) {
    const {
      stream, pullBatchSize, pushBatchSize, retryTime, retryWait, connectionParams, on, fetch: fetchInstead,
    } = this.options;
    // The builders write into what they are given.
    const input = async () => ({ schema: await schemaOf(name), checkpointFields: ['cursor'], deletedField: 'deleted' });
    const replication = replicateGraphQL({
      replicationIdentifier: `safepact-${name}`,
      collection: this.database[name],
      url: { http: this.line.url, ...(stream ? { ws: this.line.url.replace(/^http/, 'ws') } : {}) },
      headers: bearer(this.token),
      deletedField: 'deleted',
      pull: {
        queryBuilder: pullQueryBuilderFromRxSchema(name, await input()),
        streamQueryBuilder: pullStreamBuilderFromRxSchema(name, await input()),
        includeWsHeaders: true,
        // With the five tries of the default a longer outage ends the stream for good.
        wsOptions: {
          retryAttempts: Infinity,
          ...(retryWait ? { retryWait } : {}),
          ...(connectionParams ? { connectionParams } : {}),
          ...(on ? { on } : {}),
        },
        ...(pullBatchSize ? { batchSize: pullBatchSize } : {}),
      },
      ...(WRITABLE.includes(name) ? {
        push: {
          queryBuilder: pushQueryBuilderFromRxSchema(name, await input()),
          ...(pushBatchSize ? { batchSize: pushBatchSize } : {}),
        },
      } : {}),
      ...(retryTime ? { retryTime } : {}),
      ...(fetchInstead ? { fetch: fetchInstead } : {}),
    });
    replication.error$.subscribe((error) => this.errors.push(error));
    return replication;
  }

  /** The app is closed; what it stored stays. */
  async stops() {
    await Promise.all(Object.values(this.replications).map((replication) => replication.cancel()));
  }

  /** The app is opened again, perhaps with other options. */
  async starts(options) {
    Object.assign(this.options, options);
    for (const name of this.options.collections) {
      this.replications[name] = await this.replicate(name);
    }
  }

  /** After this everything that was there at the start is here. */
  async arrived() {
    await Promise.all(Object.values(this.replications).map((replication) => replication.awaitInitialReplication()));
  }

  /** After this nothing waits to be sent. */
  async sent() {
    await Promise.all(Object.values(this.replications).map((replication) => replication.awaitInSync()));
  }

  setToken(token) {
    Object.values(this.replications).forEach((replication) => replication.setHeaders(bearer(token)));
  }

  insert(document, name = 'incident') {
    return this.database[name].insert(document);
  }

  async insertAll(documents, name = 'incident') {
    const { error } = await this.database[name].bulkInsert(documents);
    ensure(error.length === 0, `the device itself refused ${JSON.stringify(error)}`);
  }

  async edit(id, patch, name = 'incident') {
    const document = await this.database[name].findOne(id).exec();
    ensure(document, `${id} is not on the device`);
    return document.incrementalPatch(patch);
  }

  async delete(id, name = 'incident') {
    const document = await this.database[name].findOne(id).exec();
    ensure(document, `${id} is not on the device`);
    return document.incrementalRemove();
  }

  async one(id, name = 'incident') {
    const document = await this.database[name].findOne(id).exec();
    return document && document.toJSON();
  }

  async all(name = 'incident') {
    return (await this.database[name].find().exec()).map((document) => document.toJSON());
  }

  async ids(name = 'incident') {
    return new Set((await this.all(name)).map(({ id }) => id));
  }

  /** Waits for a state of a document; the milliseconds that it took. */
  becomes(id, fits, what, ms, name = 'incident') {
    const shown = async () => {
      const state = await this.one(id, name);
      return state && Object.fromEntries(Object.entries(state).filter(([, value]) => value !== null));
    };
    return until(async () => fits(await this.one(id, name)), what, ms, shown);
  }

  /** Replication had no error at all: nothing to retry, nothing refused. */
  quiet(what) {
    const told = this.errors.map(({ code, parameters }) => `${code} ${JSON.stringify(parameters?.errors || parameters?.writeError)}`);
    ensure(told.length === 0, `${what}: the replication told errors: ${told.join(', ').slice(0, 1000)}`);
  }

  async close() {
    await this.database?.close();
    this.line.close();
  }
}

/** Waits until something holds; the milliseconds that it took. */
export async function until(holds, what, ms = PATIENT_MS, shown = () => 'nothing more is known') {
  const began = performance.now();
  for (;;) {
    if (await holds()) {
      return Math.round(performance.now() - began);
    }
    if (performance.now() - began > ms) {
      throw new Error(`${what}: not within ${ms} ms (${JSON.stringify(await shown())})`);
    }
    await pause(20);
  }
}

/** How often who still gets on is waited for. */
const PATIENCE = 10;

/** Waits for something that many steps lead to. A busy machine is no fault: as long as steps are made, the wait begins anew. */
export async function stepByStep(promise, what, ms, steps) {
  let done = steps();
  for (let patience = 1; ; patience += 1) {
    try {
      return await within(ms, promise, what);
    } catch (error) {
      if (steps() === done || patience === PATIENCE) {
        throw error;
      }
      done = steps();
    }
  }
}

/** Runs with devices, each described by token and options, and closes them whatever happens. */
export async function withDevices(descriptions, run) {
  const devices = descriptions.map(([token, options]) => new Device(token, options));
  try {
    for (const device of devices) {
      await device.open();
    }
    return await run(...devices);
  } finally {
    await Promise.all(devices.map((device) => device.close()));
  }
}
