/*
 * How fast a device with nothing gets everything, and what that costs the server in memory.
 *
 *   SAFEPACT_DATA=incidents.csv node first-sync.mjs [sqlite|postgres …]
 *
 * Environment: INCIDENTS (100000), made by repeating the rows of the file SAFEPACT_DATA under new ids; MAPPING, the name
 * of the mapping of `safepact import incidents`; BY=import (the default) or BY=push for pushIncident; PERSONA (dana);
 * ANALYZE=1 to count the rows for the planner of PostgreSQL first: a device may come before the database has done so.
 *
 * The device is as plain as can be: one kept connection, one page after the other until a short one, every page read as
 * JSON. It asks once for all fields and once for ten. Bytes are those of the bodies, not compressed.
 */
import { createWriteStream, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';

import { ask, each, ensure, Figures, main, number, pause, post, unusedId } from './lib.mjs';
import { at } from './server.mjs';
import { organisationsOf } from './world.mjs';

const INCIDENTS = number('INCIDENTS', 100_000);
const MAPPING = process.env.MAPPING || 'aid-worker-incidents';
const PERSONA = process.env.PERSONA || 'dana';
const BY = process.env.BY || 'import';

const PAGE = 1000;
const PUSHED_AT_ONCE = 500;
const REST_MS = 5000;
const MOST_PAGES = 10_000;
const TEN = ['id', 'deleted', 'title', 'occurredOn', 'country', 'means', 'state', 'latitude', 'version', 'updatedAt'];
const FIELDS = '{ __type(name: "IncidentDocument") { fields { name type { kind ofType { kind } } } } }';
const PUSH = `mutation PushIncident($incidentPushRow: [IncidentInputPushRow!]) {
  pushIncident(incidentPushRow: $incidentPushRow) { id deleted }
}`;
const CONFLICTS = '{ syncConflicts(first: 3) { edges { node { kind code rule field } } } }';

const pull = (fields) => `query PullIncident($checkpoint: IncidentInputCheckpoint, $limit: Int!) {
  pullIncident(checkpoint: $checkpoint, limit: $limit) { documents { ${fields.join(' ')} } checkpoint { cursor } }
}`;

/** Every field that holds a value. */
async function allFields(url, token) {
  const { __type: { fields } } = await ask(url, token, FIELDS);
  return fields.filter(({ type }) => (type.ofType || type).kind === 'SCALAR').map(({ name }) => name);
}

/** Writes rows of the file again and again, each under an id of its own, until there are enough. */
async function repeat(file) {
  ensure(process.env.SAFEPACT_DATA, 'SAFEPACT_DATA names the file of incidents, such as aid_worker_incidents.csv');
  const [head, ...rows] = readFileSync(process.env.SAFEPACT_DATA, 'utf8').trimEnd().split(/\r?\n/);
  // The id is the first column and a number: no quotes before the first comma.
  const rest = rows.map((row) => row.slice(row.indexOf(',')));
  const out = createWriteStream(file);
  out.write(`${head}\n`);
  for (let count = 0; count < INCIDENTS; count += 1) {
    if (!out.write(`${count + 1}${rest[count % rest.length]}\n`)) {
      await once(out, 'drain');
    }
  }
  out.end();
  await once(out, 'finish');
}

async function imported(place) {
  const file = join(place.folder, 'incidents.csv');
  await repeat(file);
  const said = await place.command('import', 'incidents', file, '--mapping', MAPPING, '--as', PERSONA);
  console.log(said.split('\n').slice(0, 12).map((line) => `  ${line}`).join('\n'));
}

async function pushed({ url }, token) {
  const { northlight } = await organisationsOf(url, token);
  const made = (number) => ({
    newDocumentState: {
      id: unusedId(),
      deleted: false,
      organisationId: northlight,
      title: `Cars stopped on the road, ${number}`,
      narrative: 'Two cars of the team were stopped by armed men, searched and let go after an hour. Nobody was hurt.',
      occurredOn: `20${10 + (number % 15)}-0${1 + (number % 9)}-1${number % 10}`,
      country: 'SS',
      latitude: 9 + (number % 100) / 100,
      longitude: 29 + (number % 100) / 100,
    },
  });
  const firsts = Array.from({ length: Math.ceil(INCIDENTS / PUSHED_AT_ONCE) }, (_, batch) => batch * PUSHED_AT_ONCE);
  await each(firsts, 2, async (first) => {
    const length = Math.min(PUSHED_AT_ONCE, INCIDENTS - first);
    const incidentPushRow = Array.from({ length }, (_, count) => made(first + count));
    const { pushIncident } = await ask(url, token, PUSH, { incidentPushRow });
    const refused = pushIncident.filter(({ deleted }) => deleted).length;
    ensure(refused === 0, `${refused} of ${length} rows were refused: ${JSON.stringify(await ask(url, token, CONFLICTS).catch(String))}`);
  });
}

/** One device from nothing to a short page. */
async function sync(figures, server, token, what, fields) {
  const query = pull(fields);
  const ids = new Set();
  const pages = [];
  const times = [];
  let checkpoint = null;
  let again = 0;
  await pause(REST_MS);
  const before = server.memory().now;
  const processor = server.processor();
  server.forgetPeak();
  const began = performance.now();
  for (let short = false; !short;) {
    const { status, body, bytes, ms } = await post(server.url, token, query, { checkpoint, limit: PAGE });
    if (status === 429) {
      again += 1;
      ensure(again < 100, 'refused with 429 a hundred times');
      await pause(1000);
      continue;
    }
    ensure(!body.errors, `page ${pages.length} was refused (${status}): ${JSON.stringify(body.errors)}`);
    const { documents } = body.data.pullIncident;
    documents.forEach(({ id }) => ids.add(id));
    pages.push({ documents: documents.length, bytes });
    times.push(ms);
    ({ checkpoint } = body.data.pullIncident);
    short = documents.length < PAGE;
    ensure(pages.length < MOST_PAGES, 'the pages do not end');
  }
  const seconds = (performance.now() - began) / 1000;
  const { peak } = server.memory();
  const used = server.processor() - processor;
  await pause(REST_MS);
  const sum = (of) => pages.reduce((total, page) => total + page[of], 0);
  figures.tell(`${what}: fields`, fields.length);
  figures.tell(`${what}: documents`, sum('documents'));
  figures.tell(`${what}: documents that came twice`, sum('documents') - ids.size, '', '0');
  figures.tell(`${what}: incidents missing`, INCIDENTS - ids.size, '', '0');
  figures.tell(`${what}: pages`, pages.length);
  figures.tell(`${what}: time`, seconds, 's', INCIDENTS === 100_000 ? '≤ 10' : '');
  figures.tell(`${what}: documents a second`, sum('documents') / seconds, '', '≥ 10000');
  figures.tell(`${what}: waiting for the server`, times.reduce((total, ms) => total + ms, 0) / 1000, 's');
  figures.spread(`${what}: page`, times, 'ms');
  figures.tell(`${what}: bytes`, sum('bytes') / (1 << 20), 'MiB');
  figures.tell(`${what}: bytes of a document`, sum('bytes') / sum('documents'));
  figures.tell(`${what}: pages refused with 429`, again);
  figures.tell(`${what}: processor time of the server`, used, 's');
  figures.tell(`${what}: memory before`, before, 'MiB');
  figures.tell(`${what}: memory at most`, peak, 'MiB', 'before + 64');
  figures.tell(`${what}: memory after`, server.memory().now, 'MiB');
  return INCIDENTS - ids.size + sum('documents') - ids.size;
}

async function measure(kind, place) {
  const server = await place.start();
  const [token] = await place.tokens([PERSONA]);
  const figures = new Figures(`first sync of ${INCIDENTS} incidents, ${kind}${process.env.ANALYZE ? ', analyzed' : ''}`);
  const began = performance.now();
  await (BY === 'push' ? pushed(server, token) : imported(place));
  const seconds = (performance.now() - began) / 1000;
  figures.tell(`incidents a second by ${BY}`, INCIDENTS / seconds);
  if (process.env.ANALYZE) {
    await place.analyze();
  }
  const wrong = [
    await sync(figures, server, token, 'all fields', await allFields(server.url, token)),
    await sync(figures, server, token, 'ten fields', TEN),
  ];
  figures.complaints(place.nodes);
  figures.end();
  return wrong.reduce((sum, count) => sum + count);
}

await main(async () => {
  const asked = process.argv.slice(2);
  let wrong = 0;
  for (const kind of asked.length ? asked : ['sqlite', 'postgres']) {
    wrong += await at(kind, (place) => measure(kind, place));
  }
  return wrong;
});
