/*
 * Offline sync, told by unmodified RxDB clients on lines that are cut and mended: everything arrives,
 * nothing is doubled, no edit is lost without a word, and what somebody may not read any more leaves
 * their device. Some rules that RxDB itself cannot show are shown by raw requests.
 *
 *   node rxdb.mjs http://127.0.0.1:8080 [data/safepact.issuer.key]
 *
 * It needs fresh demo data. Expiry of a token can only be shown with the key of the embedded issuer.
 */
import { checkSchema } from 'rxdb/plugins/dev-mode';
import WebSocket from 'ws';

import {
  ask, demoTokens, ensure, keyFile, main, mint, notProved, pause, post, probe, same, seconds, socketUrl, unusedId, within,
} from './lib.mjs';
import {
  collectionsOf, conflictsAbout, EAGER, held, incident, pull, pushed, schemaOf, streamOf, until, withDevices,
} from './rxdb-lib.mjs';

/** Nothing but the stream brings these, however long it takes: RxDB asks on its own only when it starts or comes back. */
const LIVE_MS = 15000;
const REVOKED_MS = 15000;
const SETTLE_MS = 30000;
const SILENCE_MS = 1000;
/** What was pushed is said once more after a second or two. */
const REMIND_AFTER_MS = 1000;
const REMINDED_MS = 10000;
const LEEWAY_S = 30;
const TOKEN_S = 15;
const RAISED_PAGE = 100;
/** Of these even a stranger to everybody has something: their own. */
const OWN_ORGANISATION = ['organisation', 'person', 'membership', 'account'];

const titled = (title) => (document) => document?.title === title;
const many = (count, title, more) => Array.from({ length: count }, (_, n) => incident(`${title} ${n + 1}`, more));
const idsOf = (documents) => documents.map(({ id }) => id);

/** Every one of these is on the device. */
const hasAll = async (device, ids) => {
  const here = await device.ids();
  return ids.every((id) => here.has(id));
};
const hasNone = async (device, ids) => {
  const here = await device.ids();
  return ids.every((id) => !here.has(id));
};
const count = async (device, ids) => {
  const here = await device.ids();
  return `${ids.filter((id) => here.has(id)).length} of ${ids.length} are on the device`;
};

/** Reports incidents without RxDB. */
async function report(token, documents) {
  const answer = await pushed(token, 'incident', documents.map((document) => ({ newDocumentState: { ...document, deleted: false } })));
  const refusals = answer.filter(({ deleted }) => deleted);
  same(refusals, [], 'refused incidents');
  return idsOf(documents);
}

/** Whether a request of RxDB is a push. */
const isPush = async (request) => (await request.clone().text()).includes('"operationName":"Push');

// ---- what everybody gets ---------------------------------------------------------------------

async function strangers({ omar, sam, dana }) {
  const secret = incident('Nobody else hears of this', { narrative: 'What was said in confidence.' });
  await report(omar, [secret]);
  const collections = await collectionsOf(sam);
  await probe('the published schema of every collection passes the check of RxDB, and of its validation', async () => {
    const wrong = [];
    for (const name of collections) {
      const schema = await schemaOf(name);
      try {
        checkSchema(schema);
      } catch ({ code, parameters }) {
        wrong.push(`${name}.${parameters.key || parameters.fieldName} (${code})`);
      }
      same([schema.primaryKey, schema.properties.id.maxLength], ['id', 36], `key of ${name}`);
    }
    same(wrong, [], 'what RxDB does not take');
    return collections.join(', ');
  });
  await probe('a stranger gets nothing of anybody, in any collection', async () => {
    for (const name of collections.filter((collection) => !OWN_ORGANISATION.includes(collection))) {
      await withDevices([[sam, { collections: [name], validating: true }]], async (device) => {
        await device.arrived();
        same(await device.all(name), [], name);
        device.quiet('the stranger');
      });
    }
  });
  await probe('nor does the other organisation of the partnership get an incident that is not released', async () => {
    ensure(!(await held(dana)).has(secret.id), 'the other side holds it');
  });
  await probe('a push to somebody else\'s incident is answered like one to an id that nobody has: {id, deleted: true}', async () => {
    const shape = async (row) => {
      const answer = await pushed(sam, 'incident', [row]);
      // Where the device deletes, there is nothing to add.
      if (row.newDocumentState.deleted && answer.length === 0) {
        return { deleted: true };
      }
      same(answer.length, 1, `answers to ${JSON.stringify(row)}`);
      const { id, ...rest } = answer[0];
      same(id, row.newDocumentState.id, 'id');
      return rest;
    };
    const state = (id, more) => ({ ...secret, id, deleted: false, ...more });
    const attempts = {
      'an edit': (id) => ({ assumedMasterState: state(id), newDocumentState: state(id, { means: 'NONSENSE' }) }),
      'a deletion': (id) => ({ assumedMasterState: state(id), newDocumentState: { id, deleted: true } }),
      'a wrong new one': (id) => ({ newDocumentState: state(id, { means: 'NONSENSE' }) }),
    };
    for (const [what, attempt] of Object.entries(attempts)) {
      const [toHidden, toNobodys] = [await shape(attempt(secret.id)), await shape(attempt(unusedId()))];
      same(toHidden, toNobodys, what);
      same(Object.entries(toHidden).filter(([, value]) => value !== null), [['deleted', true]], what);
    }
    const takenOver = state(secret.id, { title: 'Taken over' });
    for (const row of [{ newDocumentState: takenOver }, { assumedMasterState: state(secret.id), newDocumentState: takenOver }]) {
      same(Object.entries(await shape(row)).filter(([, value]) => value !== null), [['deleted', true]], 'a take-over');
    }
    const mine = (await held(omar)).get(secret.id);
    same([mine.title, mine.narrative, mine.version], [secret.title, secret.narrative, 1], 'the incident itself');
  });
}

async function everything({ omar, grace }) {
  await probe('250 incidents pushed at once arrive completely on a second device with default options', async () => {
    const documents = many(250, 'One of many');
    await withDevices([[omar]], async (writer) => {
      await writer.insertAll(documents);
      await writer.sent();
      await withDevices([[grace], [omar, { validating: true }]], async (reader, strict) => {
        for (const device of [reader, strict]) {
          await within(SETTLE_MS, device.arrived(), 'the first replication');
          ensure(await hasAll(device, idsOf(documents)), await count(device, idsOf(documents)));
          device.quiet('the reader');
        }
      });
      writer.quiet('the writer');
    });
    const here = await held(omar);
    same(documents.map(({ id }) => here.get(id)?.version), documents.map(() => 1), 'versions');
  });
  await probe('an edit on one device is on the other, told by the stream alone', async () => {
    const document = incident('Shots near the office', { severity: 'MINOR' });
    return withDevices([[omar], [grace]], async (here, there) => {
      await Promise.all([here.arrived(), there.arrived()]);
      await here.insert(document);
      const arrives = await there.becomes(document.id, titled(document.title), 'the incident', LIVE_MS);
      await here.edit(document.id, { severity: 'SEVERE', narrative: 'Two cars were hit.' });
      const edited = await there.becomes(document.id, (state) => state?.severity === 'SEVERE', 'the edit', LIVE_MS);
      same((await there.one(document.id)).narrative, 'Two cars were hit.', 'narrative');
      // What only the server knows comes back to the author too.
      await here.becomes(document.id, (state) => state?.version === 2, 'the version on the author\'s device', LIVE_MS);
      here.quiet('the author');
      there.quiet('the reader');
      return `new after ${arrives} ms, edited after ${edited} ms`;
    });
  });
}

/**
 * Options of a device whose pulls and whose socket overtake the answer to its push. RxDB lays aside what a pull
 * brings for a document with unsent edits, and goes on behind it: as happens when it starts, or comes back.
 */
function overtaking(token) {
  let arrive;
  const atServer = new Promise((resolve) => { arrive = resolve; });
  return {
    fetch: async (request) => {
      if (!await isPush(request)) {
        await atServer;
        return fetch(request);
      }
      const answer = await fetch(request);
      arrive();
      await pause(SILENCE_MS);
      return answer;
    },
    connectionParams: async () => {
      await atServer;
      return { headers: { Authorization: `Bearer ${token}` } };
    },
  };
}

// ---- merging ---------------------------------------------------------------------------------

/** Two devices of one person that both have an incident, and are cut off. */
const apart = (token, document, run) => withDevices([[token, EAGER], [token, EAGER]], async (a, b) => {
  await a.arrived();
  await b.arrived();
  await a.insert(document);
  for (const device of [a, b]) {
    await device.becomes(document.id, (state) => state?.version === 1, 'the incident on both devices');
  }
  a.line.cut();
  b.line.cut();
  await run(a, b);
});

async function merging({ omar }) {
  await probe('offline edits of different fields are both kept, on the server and on both devices', () => {
    const document = incident('Theft of a radio');
    return apart(omar, document, async (a, b) => {
      await a.edit(document.id, { narrative: 'Taken from the car.' });
      await b.edit(document.id, { place: 'Rubkona', severity: 'MINOR' });
      a.line.mend();
      await a.becomes(document.id, (state) => state.version === 2, 'the first edit');
      b.line.mend();
      const whole = (state) => state?.narrative === 'Taken from the car.' && state.place === 'Rubkona' && state.severity === 'MINOR';
      for (const device of [a, b]) {
        await device.becomes(document.id, whole, 'both edits', SETTLE_MS);
      }
      ensure(whole((await held(omar)).get(document.id)), 'the server lost an edit');
      same(await conflictsAbout(omar, document.id), [], 'conflicts');
    });
  });
  await probe('of the same field the server\'s stays, and the loser finds what they wrote in syncConflict', () => {
    const document = incident('Car stopped');
    return apart(omar, document, async (a, b) => {
      await a.edit(document.id, { title: 'Car stopped by soldiers' });
      await b.edit(document.id, { title: 'Car stopped by youths', district: 'Rubkona' });
      a.line.mend();
      await a.becomes(document.id, (state) => state.version === 2, 'the first edit');
      b.line.mend();
      for (const device of [a, b]) {
        await device.becomes(document.id, titled('Car stopped by soldiers'), 'the title that came first', SETTLE_MS);
      }
      const lost = await until(async () => (await conflictsAbout(omar, document.id)).length > 0, 'a conflict')
        .then(() => conflictsAbout(omar, document.id));
      same(lost.map(({ collectionName, kind, field }) => [collectionName, kind, field]), [['incident', 'SAME_FIELD', 'title']], 'conflicts');
      same(JSON.parse(lost[0].yours), { title: 'Car stopped by youths' }, 'what was lost');
      await withDevices([[omar, { collections: ['syncConflict'] }]], async (device) => {
        await device.becomes(lost[0].id, (state) => state?.documentId === document.id, 'the conflict on a device', SETTLE_MS, 'syncConflict');
      });
    });
  });
  await probe('a field that nobody else touched is kept although another one of the same push lost', async () => {
    const document = incident('Grenade found');
    await report(omar, [document]);
    const assumed = { ...document, deleted: false };
    await pushed(omar, 'incident', [{ assumedMasterState: assumed, newDocumentState: { ...assumed, title: 'Two grenades found' } }]);
    const answer = await pushed(omar, 'incident', [
      { assumedMasterState: assumed, newDocumentState: { ...assumed, title: 'Mine found', region: 'Unity' } },
    ]);
    const now = (await held(omar)).get(document.id);
    same([now.title, now.region], ['Two grenades found', 'Unity'], 'the incident');
    const { deleted, ...state } = answer[0] || {};
    same(state, now, 'the answer to the loser');
  });
  await probe('a second edit made before the first comes back is kept', async () => {
    const [first, second] = [incident('Dispute'), incident('Dispute at the well')];
    let duringPush = null;
    const editsInBetween = async (request) => {
      const mine = await isPush(request);
      const answer = await fetch(request);
      if (mine && duringPush) {
        const edit = duringPush;
        duringPush = null;
        await edit();
      }
      return answer;
    };
    await withDevices([[omar, { fetch: editsInBetween }], [omar, { stream: false }]], async (device, deaf) => {
      // The answer of the push is on its way when the second edit is made.
      await device.arrived();
      await device.insert(first);
      await device.becomes(first.id, (state) => state.version === 1, 'the incident');
      duringPush = () => device.edit(first.id, { title: 'Dispute, second edit' });
      await device.edit(first.id, { title: 'Dispute, first edit' });
      await until(async () => titled('Dispute, second edit')((await held(omar)).get(first.id)), 'the second edit', SETTLE_MS);
      // Without a stream nothing of what the server set has come back at all.
      await deaf.arrived();
      await deaf.insert(second);
      await deaf.sent();
      await deaf.edit(second.id, { title: 'Dispute at the well, first edit' });
      await deaf.sent();
      await deaf.edit(second.id, { title: 'Dispute at the well, second edit' });
      await deaf.sent();
      // A field that the device left out so far is empty, not unknown.
      await deaf.edit(second.id, { narrative: 'Over water.' });
      await deaf.sent();
      const now = (await held(omar)).get(second.id);
      same([now.title, now.narrative, now.version], ['Dispute at the well, second edit', 'Over water.', 4], 'the incident');
      for (const { id } of [first, second]) {
        same(await conflictsAbout(omar, id), [], 'conflicts');
      }
      same((await device.one(first.id)).title, 'Dispute, second edit', 'the title on the device');
      same((await deaf.one(second.id)).title, 'Dispute at the well, second edit', 'the title on the deaf device');
    });
  });
  await probe('an app that starts with unsent edits, and whose pull overtakes the answer to its push, gets what was merged', async () => {
    const document = incident('Roadblock');
    await withDevices([[omar]], async (device) => {
      await device.insert(document);
      await device.becomes(document.id, (state) => state.version === 1, 'the incident');
      await device.stops();
      await device.edit(document.id, { place: 'Bentiu' });
      const assumed = { ...document, deleted: false };
      await pushed(omar, 'incident', [{ assumedMasterState: assumed, newDocumentState: { ...assumed, narrative: 'From another device.' } }]);
      await device.starts(overtaking(omar));
      await device.sent();
      const now = (await held(omar)).get(document.id);
      same([now.narrative, now.place], ['From another device.', 'Bentiu'], 'the incident on the server');
      await device.becomes(document.id, (state) => state.narrative === now.narrative, 'the other edit on the device', SETTLE_MS);
    });
  });
}

// ---- refusals and repetitions ----------------------------------------------------------------

async function refusals({ omar, grace }) {
  const wrong = {
    'a word that means nothing': { field: 'means', value: 'NONSENSE' },
    'a number in a field of text': { field: 'severity', value: 3 },
    'a title that is too long': { field: 'title', value: 'x'.repeat(201) },
    'no title': { field: 'title', value: null },
    'a day that does not exist': { field: 'occurredOn', value: '2026-02-30' },
    'a latitude beyond the pole': { field: 'latitude', value: 95 },
  };
  for (const [what, { field, value }] of Object.entries(wrong)) {
    await probe(`${what} in one of twenty rows: nineteen arrive, the one leaves the device and is told in syncConflict`, async () => {
      const documents = many(20, `Batch with ${what}`);
      const refusedOne = documents[7];
      refusedOne[field] = value;
      const good = idsOf(documents).filter((id) => id !== refusedOne.id);
      await withDevices([[omar], [grace]], async (writer, reader) => {
        await Promise.all([writer.arrived(), reader.arrived()]);
        await writer.insertAll(documents);
        await until(() => hasAll(reader, good), 'nineteen on the other device', SETTLE_MS, () => count(reader, good));
        await writer.becomes(refusedOne.id, (state) => state === null, 'the wrong one on its device', SETTLE_MS);
        ensure(await hasAll(writer, good), await count(writer, good));
        ensure(!(await reader.ids()).has(refusedOne.id), 'the wrong one arrived');
        writer.quiet('the writer');
      });
      const told = await conflictsAbout(omar, refusedOne.id);
      same(told.map(({ kind, code, field: about }) => [kind, code, about]), [['REFUSED', 'VALIDATION_FAILED', field]], 'conflicts');
      same(JSON.parse(told[0].yours)[field] ?? null, value, `what was refused, of ${told[0].yours}`);
    });
  }
  await probe('a wrong edit: the server\'s state comes back to the device, what was written stands in syncConflict', async () => {
    const document = incident('Stones thrown', { severity: 'MINOR' });
    await withDevices([[omar, { validating: true }]], async (device) => {
      await device.arrived();
      await device.insert(document);
      await device.becomes(document.id, (state) => state.version === 1, 'the incident');
      await device.edit(document.id, { occurredOn: '2026-02-30' });
      await device.becomes(document.id, (state) => state?.occurredOn === document.occurredOn, 'the state of the server', SETTLE_MS);
      await device.edit(document.id, { severity: 'MODERATE' });
      await device.becomes(document.id, (state) => state.version === 2 && state.severity === 'MODERATE', 'the next edit', SETTLE_MS);
      device.quiet('the device');
    });
    const told = await conflictsAbout(omar, document.id);
    same(told.map(({ kind, field }) => [kind, field]), [['REFUSED', 'occurredOn']], 'conflicts');
  });
  await probe('a deletion on a device retracts: the incident comes back to both devices as RETRACTED', async () => {
    const document = incident('Reported by mistake');
    await withDevices([[omar], [grace]], async (device, other) => {
      await Promise.all([device.arrived(), other.arrived()]);
      await device.insert(document);
      await other.becomes(document.id, (state) => state !== null, 'the incident', SETTLE_MS);
      await device.delete(document.id);
      for (const each of [device, other]) {
        await each.becomes(document.id, (state) => state?.state === 'RETRACTED', 'the retraction', SETTLE_MS);
      }
      device.quiet('the device');
    });
    same(await conflictsAbout(omar, document.id), [], 'conflicts');
  });
  await probe('of what the server owns nothing is taken from a device', async () => {
    const document = incident('Own words only', { state: 'VERIFIED', version: 77, createdAt: '1999-01-01T00:00:00Z', sourceStatus: 'VERIFIED' });
    await report(omar, [document]);
    const now = (await held(omar)).get(document.id);
    same(now.version, 1, 'version');
    ensure(now.state === 'REPORTED' && now.sourceStatus === null && !now.createdAt.startsWith('1999'), JSON.stringify(now));
  });
}

async function repetitions({ omar, grace }) {
  await probe('a push whose answer is lost is sent again: no double, no conflict, no new version', async () => {
    const document = incident('Line broke');
    let losses = 0;
    const lossy = async (request) => {
      const mine = await isPush(request);
      const answer = await fetch(request);
      if (mine && losses > 0) {
        losses -= 1;
        await answer.text();
        throw new Error('the answer was lost');
      }
      return answer;
    };
    await withDevices([[omar, { ...EAGER, fetch: lossy }]], async (device) => {
      await device.arrived();
      losses = 1;
      await device.insert(document);
      await device.sent();
      losses = 1;
      await device.edit(document.id, { narrative: 'Sent twice.' });
      await device.sent();
      same(losses, 0, 'answers still to lose');
      await device.becomes(document.id, (state) => state.version === 2, 'the edit');
    });
    const now = [...(await held(omar)).values()].filter(titled(document.title));
    same(now.map(({ id, version }) => [id, version]), [[document.id, 2]], 'the incident');
    same(await conflictsAbout(omar, document.id), [], 'conflicts');
  });
  await probe('an app that is closed before the answer to its push, and goes on writing, loses nothing', async () => {
    const document = incident('Cut short');
    await withDevices([[omar]], async (device) => {
      await device.arrived();
      await device.stops();
      await device.insert(document);
      // It reached the server; the device never heard of that.
      await report(omar, [document]);
      await device.edit(document.id, { title: 'Cut short, and finished', narrative: 'The rest of the story.' });
      await device.starts();
      await device.sent();
      const now = (await held(omar)).get(document.id);
      same([now.title, now.narrative], ['Cut short, and finished', 'The rest of the story.'], 'the incident');
    });
    same(await conflictsAbout(omar, document.id), [], 'conflicts');
  });
  await probe('pushes that arrive in parallel, of one device and of three, lose and double nothing', async () => {
    const shared = many(40, 'Shared');
    const own = [many(100, 'Of the first'), many(100, 'Of the second'), many(100, 'Of the third')];
    const before = (await held(omar, 'syncConflict')).size;
    const small = { pushBatchSize: 10 };
    await withDevices([[omar, small], [omar, small], [grace, small]], async (...devices) => {
      await devices[0].insertAll(shared);
      await Promise.all(devices.map((device) => device.arrived()));
      for (const device of devices) {
        await until(() => hasAll(device, idsOf(shared)), 'the shared ones', SETTLE_MS, () => count(device, idsOf(shared)));
      }
      await Promise.all(devices.map((device, n) => device.insertAll(own[n])));
      const fields = ['narrative', 'place'];
      await Promise.all(fields.flatMap((field, n) => shared.map(({ id, title }) => devices[n].edit(id, { [field]: `${field} of ${title}` }))));
      const expected = idsOf([...shared, ...own.flat()]);
      for (const device of devices) {
        await until(() => hasAll(device, expected), 'all of them everywhere', SETTLE_MS, () => count(device, expected));
        const whole = async () => {
          const states = await Promise.all(shared.map(({ id }) => device.one(id)));
          return states.every((state) => fields.every((field) => state[field] === `${field} of ${state.title}`));
        };
        await until(whole, 'both edits of the shared ones', SETTLE_MS);
      }
      devices.forEach((device) => device.quiet('a device'));
      const now = await held(omar);
      same(own.flat().map(({ id }) => now.get(id)?.version), own.flat().map(() => 1), 'versions');
      same(shared.map(({ id }) => now.get(id)?.version), shared.map(() => 3), 'versions of the shared ones');
    });
    same((await held(omar, 'syncConflict')).size, before, 'conflicts');
  });
}

async function commands({ amina }) {
  const { partnerships } = await ask(amina, '{ partnerships(first: 1) { edges { node { id } } } }');
  const partnershipId = partnerships.edges[0].node.id;
  const command = (name, input) => ({ id: unusedId(), name, input: JSON.stringify(input), capturedAt: new Date().toISOString() });
  await probe('a command given offline comes back with what became of it', () => (
    withDevices([[amina, { ...EAGER, collections: ['syncCommand'] }]], async (device) => {
      await device.arrived();
      device.line.cut();
      const good = command('identifyThreat', { partnershipId, title: 'Mines on the field road', kind: 'HAZARD' });
      const bad = command('identifyThreat', { partnershipId, title: '', kind: 'HAZARD' });
      const foreign = command('identifyThreat', { partnershipId: unusedId(), title: 'Nowhere', kind: 'HAZARD' });
      const unknown = command('abolishThreats', {});
      const all = [good, bad, foreign, unknown];
      await device.insertAll(all, 'syncCommand');
      device.line.mend();
      for (const { id, name } of all) {
        await device.becomes(id, (state) => state?.status, `an answer to ${name}`, SETTLE_MS, 'syncCommand');
      }
      const said = await Promise.all(all.map(({ id }) => device.one(id, 'syncCommand')));
      same(said.map(({ status, code }) => [status, code ?? null]), [
        ['DONE', null], ['REFUSED', 'VALIDATION_FAILED'], ['REFUSED', 'NOT_FOUND'], ['REFUSED', 'VALIDATION_FAILED'],
      ], 'what became of them');
      const { node } = await ask(amina, 'query($id: ID!) { node(id: $id) { __typename ... on Threat { title } } }', { id: said[0].resultId });
      same(node, { __typename: 'Threat', title: 'Mines on the field road' }, 'the result');
      same(said[1].resultId ?? null, null, 'the result of a refused one');
    })));
  await probe('what became of a command reaches an app that starts with it, and whose pull overtakes the answer to its push', () => (
    withDevices([[amina, { collections: ['syncCommand'] }]], async (device) => {
      await device.arrived();
      await device.stops();
      const early = command('identifyThreat', { partnershipId, title: 'Bees in the store', kind: 'HAZARD' });
      await device.insert(early, 'syncCommand');
      await device.starts(overtaking(amina));
      await device.becomes(early.id, (state) => state?.status === 'DONE', 'an answer', SETTLE_MS, 'syncCommand');
    })));
  await probe('a command that is pushed twice happens once, and is nobody else\'s to see', async () => {
    const twice = { ...command('identifyThreat', { partnershipId, title: 'Wild dogs', kind: 'HAZARD' }), deleted: false };
    const rows = [{ newDocumentState: twice }];
    await Promise.all([pushed(amina, 'syncCommand', rows), pushed(amina, 'syncCommand', rows)]);
    const [told] = await pushed(amina, 'syncCommand', rows);
    const said = (await held(amina, 'syncCommand')).get(twice.id);
    same(said?.status, 'DONE', 'status');
    // The answer to the push says so itself, until the device has heard it.
    same([told?.status, told?.resultId], ['DONE', said.resultId], 'the answer to the push');
    const knowing = { ...said, deleted: false };
    same(await pushed(amina, 'syncCommand', [{ assumedMasterState: knowing, newDocumentState: knowing }]), [], 'the answer to a device that knows it');
    const { threats } = await ask(amina, 'query($id: ID!) { threats(partnershipId: $id, first: 100) { edges { node { title } } } }', {
      id: partnershipId,
    });
    same(threats.edges.filter(({ node }) => node.title === 'Wild dogs').length, 1, 'threats');
    const { omar } = await demoTokens();
    ensure(!(await held(omar, 'syncCommand')).has(twice.id), 'a colleague holds it');
  });
}

// ---- rights that come and go -----------------------------------------------------------------

const personOf = async (token) => (await ask(token, '{ me { person { id } } }')).me.person.id;

/** Gives somebody the role that reads the incidents of their organisation. */
async function grant(keeper, personId, validUntil) {
  const { giveMembership } = await ask(keeper, 'mutation($input: GiveMembershipInput!) { giveMembership(input: $input) { id version } }', {
    input: { personId, role: 'SECURITY_FOCAL_POINT', ...(validUntil ? { validUntil } : {}) },
  });
  return {
    end: () => ask(keeper, 'mutation($id: ID!, $version: Int!) { endMembership(id: $id, expectedVersion: $version) { id } }', giveMembership),
  };
}

async function access({ dana, lars, petra }) {
  const personId = await personOf(petra);
  const theirs = await report(dana, many(130, 'Seen by focal points'));
  const [mine] = await report(petra, [incident('Seen by myself')]);
  const collections = ['incident', 'syncConflict'];
  const keepsMine = async (device) => ensure((await device.ids()).has(mine), 'her own incident left the device');
  const gone = (device, what) => until(() => hasNone(device, theirs), what, REVOKED_MS, () => count(device, theirs));
  const here = (device, what) => until(() => hasAll(device, theirs), what, SETTLE_MS, () => count(device, theirs));
  await probe('a right that is given brings the documents, one that ends takes them from the device; given again, they are back', () => (
    withDevices([[petra, { ...EAGER, validating: true, collections }], [petra, EAGER]], async (online, away) => {
      await Promise.all([online.arrived(), away.arrived()]);
      same(await online.ids(), new Set([mine]), 'before');
      const first = await grant(lars, personId);
      const came = [await here(online, 'granted'), await here(away, 'granted')];
      away.line.cut();
      await first.end();
      const left = await gone(online, 'revoked while online');
      await keepsMine(online);
      ensure(await hasAll(away, theirs), 'a device without a line cannot know');
      away.line.mend();
      const later = await gone(away, 'revoked while offline');
      await keepsMine(away);
      const second = await grant(lars, personId);
      await here(online, 'granted again');
      await here(away, 'granted again');
      const fresh = await report(dana, [incident('Reported after the right came back')]);
      await until(() => hasAll(online, fresh), 'the stream after it', SETTLE_MS);
      await second.end();
      await gone(online, 'revoked again');
      online.quiet('the device that was online');
      return `here after ${Math.max(...came)} ms, gone after ${left} ms, after reconnecting ${later} ms`;
    })));
  await probe('a right that ends and comes back while a device is offline leaves it with everything', () => (
    withDevices([[petra, EAGER]], async (device) => {
      await device.arrived();
      const first = await grant(lars, personId);
      await here(device, 'granted');
      device.line.cut();
      await first.end();
      const meanwhile = await report(dana, many(5, 'Reported meanwhile'));
      const second = await grant(lars, personId);
      device.line.mend();
      await until(() => hasAll(device, meanwhile), 'what came meanwhile', SETTLE_MS, () => count(device, meanwhile));
      await pause(SILENCE_MS);
      ensure(await hasAll(device, theirs), await count(device, theirs));
      await second.end();
      await gone(device, 'revoked');
    })));
  await probe('an edit of a document that was revoked meanwhile: it leaves the device, the edit stands in syncConflict', () => (
    withDevices([[petra, { ...EAGER, collections }]], async (device) => {
      await device.arrived();
      const right = await grant(lars, personId);
      await here(device, 'granted');
      device.line.cut();
      await device.edit(theirs[3], { narrative: 'Written on the road.' });
      await right.end();
      device.line.mend();
      await gone(device, 'revoked');
      await until(async () => (await conflictsAbout(petra, theirs[3])).length > 0, 'a conflict');
      const [told, ...more] = await conflictsAbout(petra, theirs[3]);
      same([told.kind, more.length], ['REVOKED', 0], 'the conflict');
      same(JSON.parse(told.yours), { narrative: 'Written on the road.' }, 'what was written');
      await device.becomes(told.id, (state) => state?.documentId === theirs[3], 'the conflict on the device', SETTLE_MS, 'syncConflict');
      const untouched = (await held(dana)).get(theirs[3]);
      same([untouched.narrative, untouched.version], [null, 1], 'the incident');
    })));
  await probe('a right that runs out takes its documents from the device, without any write', () => (
    withDevices([[petra, EAGER]], async (device) => {
      await device.arrived();
      const end = Date.now() + 8000;
      await grant(lars, personId, new Date(end).toISOString());
      await here(device, 'granted for a while');
      ensure(Date.now() < end, 'they came too late to show anything');
      await pause(end - Date.now() - 500);
      ensure(await hasAll(device, theirs), `gone too early: ${await count(device, theirs)}`);
      await pause(500);
      const left = await gone(device, 'run out');
      await keepsMine(device);
      device.quiet('the device');
      return `gone ${left} ms after the end`;
    })));
}

async function refresh({ grace }) {
  if (!keyFile) {
    notProved('a device whose token runs out (no key file given)');
    return;
  }
  await probe('a device whose token runs out is closed with 4403, comes back with a fresh one and goes on', async () => {
    let token = mint(grace, { exp: seconds(-LEEWAY_S + TOKEN_S) });
    const asked = [];
    const codes = [];
    const options = {
      ...EAGER,
      on: { closed: (event) => codes.push(event?.code) },
      connectionParams: () => {
        asked.push(token);
        return { headers: { Authorization: `Bearer ${token}` } };
      },
    };
    await withDevices([[token, options]], async (device) => {
      await device.arrived();
      const [first] = await report(grace, [incident('With the first token')]);
      await until(() => hasAll(device, [first]), 'with the first token', SETTLE_MS);
      const old = token;
      await until(async () => (await post(old, '{ me { person { id } } }')).status === 401, 'the end of the token', TOKEN_S * 1000 + SETTLE_MS);
      await until(async () => codes.includes(4403), 'the close of the socket with 4403', REVOKED_MS, () => codes);
      // What an app does on UNAUTHENTICATED: another token, for requests and for the socket.
      token = mint(grace);
      device.setToken(token);
      await until(async () => asked.includes(token), 'a new connection', SETTLE_MS);
      const [second] = await report(grace, [incident('With the second token')]);
      await until(() => hasAll(device, [second]), 'the stream with the second token', SETTLE_MS);
      const own = incident('Pushed with the second token');
      await device.insert(own);
      await device.becomes(own.id, (state) => state.version === 1, 'a push with the second token', SETTLE_MS);
    });
  });
}

// ---- rules that RxDB cannot show -------------------------------------------------------------

const PROTOCOL = 'graphql-transport-ws';

/** A raw socket with `connection_ack` that keeps what it hears. */
async function connected(token) {
  const raw = new WebSocket(socketUrl, [PROTOCOL]);
  const heard = [];
  const closed = new Promise((resolve) => { raw.once('close', (code) => resolve(code)); });
  raw.on('error', () => {});
  raw.on('message', (data) => {
    const message = JSON.parse(data);
    if (message.type === 'ping') {
      raw.send('{"type":"pong"}');
    } else {
      heard.push(message);
    }
  });
  await within(SETTLE_MS, new Promise((resolve) => { raw.once('open', resolve); }), 'open');
  raw.send(JSON.stringify({ type: 'connection_init', payload: { headers: { Authorization: `Bearer ${token}` } } }));
  await until(async () => heard.some(({ type }) => type === 'connection_ack'), 'connection_ack');
  heard.length = 0;
  return { raw, heard, closed, say: (message) => raw.send(JSON.stringify(message)) };
}

async function pages({ omar }) {
  await probe('a page is never shorter than there is: a small limit is raised, a large one is refused', async () => {
    const total = (await held(omar)).size;
    ensure(total > RAISED_PAGE, `only ${total} incidents`);
    same((await pull(omar, 'incident', null, 20)).documents.length, RAISED_PAGE, 'documents for limit 20');
    same((await pull(omar, 'incident', null, 200)).documents.length, Math.min(200, total), 'documents for limit 200');
    const { body } = await post(omar, 'query { pullIncident(limit: 1001) { documents { id } checkpoint { cursor } } }');
    same(body.errors?.[0].extensions.code, 'BAD_USER_INPUT', 'code for limit 1001');
  });
  await probe('an empty page answers with the checkpoint of the request, unchanged', async () => {
    let page = await pull(omar, 'incident', null);
    for (let last = null; last !== page.checkpoint.cursor && page.documents.length > 0;) {
      last = page.checkpoint.cursor;
      page = await pull(omar, 'incident', page.checkpoint);
    }
    const again = await pull(omar, 'incident', page.checkpoint);
    same(again, { documents: [], checkpoint: page.checkpoint }, 'the empty page');
  });
  await probe('whoever follows checkpoint by checkpoint, in pages of 100, gets each document once', async () => {
    const seen = [];
    let checkpoint = null;
    let page;
    do {
      page = await pull(omar, 'incident', checkpoint, 100);
      seen.push(...idsOf(page.documents));
      ({ checkpoint } = page);
    } while (page.documents.length === 100);
    same(seen.length, new Set(seen).size, 'documents');
    same(new Set(seen), new Set((await held(omar)).keys()), 'ids');
  });
  await probe('a damaged checkpoint, or one of somebody else, starts at the beginning', async () => {
    const { grace } = await demoTokens();
    const { checkpoint: { cursor } } = await pull(grace, 'incident', null);
    const first = idsOf((await pull(omar, 'incident', null, 100)).documents).join();
    for (const wrong of [cursor, `${cursor.slice(0, -3)}AAA`, '', 'v1.AAAA']) {
      const got = idsOf((await pull(omar, 'incident', { cursor: wrong }, 100)).documents);
      ensure(got.join() === first, `${got.length} others behind ${wrong}`);
    }
  });
}

async function rows({ omar }) {
  const stored = async (id) => (await held(omar)).get(id);
  await probe('a row that equals what is stored does nothing; one without a field leaves it, null clears it', async () => {
    const document = incident('Rows', { narrative: 'A long story.', place: 'Bentiu', severity: 'MINOR' });
    const full = { ...document, deleted: false };
    await report(omar, [document]);
    const { checkpoint } = await pull(omar, 'incident', null);
    const quiet = async (row, what) => {
      const answer = await pushed(omar, 'incident', [row]);
      ensure(answer.length === 0 || answer[0].version === 1, `${what}: ${JSON.stringify(answer)}`);
      same((await stored(document.id)).version, 1, `version after ${what}`);
    };
    await quiet({ newDocumentState: full }, 'the same row again');
    await quiet({ assumedMasterState: full, newDocumentState: full }, 'a row that changes nothing');
    const server = { ...await stored(document.id), deleted: false };
    await quiet({ assumedMasterState: server, newDocumentState: server }, 'what the server itself sent');
    await quiet({ assumedMasterState: { ...full, title: 'Never was' }, newDocumentState: full }, 'an equal row with another assumption');
    same((await pull(omar, 'incident', checkpoint)).documents, [], 'news for anybody');
    const { id } = document;
    await pushed(omar, 'incident', [{ assumedMasterState: full, newDocumentState: { id, deleted: false, title: 'Rows, old app' } }]);
    let now = await stored(id);
    same([now.title, now.narrative, now.place, now.version], ['Rows, old app', 'A long story.', 'Bentiu', 2], 'after a row with few fields');
    await pushed(omar, 'incident', [{ assumedMasterState: { ...now, deleted: false }, newDocumentState: { ...now, deleted: false, narrative: null } }]);
    now = await stored(id);
    same([now.title, now.narrative, now.place, now.version], ['Rows, old app', null, 'Bentiu', 3], 'after null');
    same(await conflictsAbout(omar, id), [], 'conflicts');
  });
}

async function streams({ omar, dana, lars, petra }) {
  await probe('the stream starts no later than the connection: what came between connecting and subscribing is told', async () => {
    const socket = await connected(omar);
    await pause(300);
    const [between] = await report(omar, [incident('Between connecting and subscribing')]);
    socket.say({ id: 's', type: 'subscribe', payload: { query: await streamOf('incident') } });
    const items = () => socket.heard.map(({ payload }) => payload?.data?.streamIncident);
    const has = (id) => ({ documents }) => documents.some((document) => document.id === id);
    await until(async () => items().some(has(between)), 'the document in the stream', SETTLE_MS, () => socket.heard);
    // Nor is there a seam to a pull. While more waits to be told, the checkpoint of an item stays where it was; once all
    // is told, it leads on behind it.
    const leadsOn = async () => (await pull(omar, 'incident', items().at(-1).checkpoint)).documents.length === 0;
    await until(leadsOn, 'a checkpoint behind everything told', SETTLE_MS, () => items().map(({ documents }) => documents.length));
    const checkpoints = items().map(({ checkpoint }) => checkpoint);
    const [later] = await report(omar, [incident('After the checkpoint of the stream')]);
    same(idsOf((await pull(omar, 'incident', checkpoints.at(-1))).documents), [later], 'documents behind the checkpoint');
    for (const checkpoint of checkpoints) {
      same(idsOf((await pull(omar, 'incident', checkpoint)).documents).at(-1), later, 'the last document behind an earlier checkpoint');
    }
    socket.raw.close(1000);
  });
  await probe('what was pushed is said once more on every stream of its author, also on one that opens after it', async () => {
    const query = await streamOf('incident');
    const listener = async () => {
      const socket = await connected(omar);
      const told = [];
      socket.raw.on('message', (data) => {
        const documents = JSON.parse(data).payload?.data?.streamIncident?.documents ?? [];
        told.push(...documents.map(({ id }) => [id, performance.now()]));
      });
      socket.say({ id: 's', type: 'subscribe', payload: { query } });
      const times = (id) => told.filter(([of]) => of === id).map(([, at]) => at);
      return { times, raw: socket.raw };
    };
    const here = await listener();
    const [id] = await report(omar, [incident('Said twice')]);
    const pushedAt = performance.now();
    const there = await listener();
    await until(async () => here.times(id).length > 0, 'the document', SETTLE_MS);
    const again = () => here.times(id).find((at) => at - pushedAt > 0.9 * REMIND_AFTER_MS);
    await until(async () => again() !== undefined, 'the document once more', REMINDED_MS);
    await until(async () => there.times(id).length > 0, 'the document on the stream that came later', REMINDED_MS);
    [here, there].forEach(({ raw }) => raw.close(1000));
    return `after ${Math.round(again() - pushedAt)} ms`;
  });
  await probe('a stream never ends, and never tells an error: when a right changes, its socket is closed', async () => {
    const personId = await personOf(petra);
    const right = await grant(lars, personId);
    const socket = await connected(petra);
    socket.say({ id: 's', type: 'subscribe', payload: { query: await streamOf('incident') } });
    await pause(SILENCE_MS);
    await report(dana, [incident('In the stream of somebody who loses it')]);
    await until(async () => socket.heard.length > 0, 'an item', SETTLE_MS);
    await right.end();
    const began = performance.now();
    const code = await within(REVOKED_MS, socket.closed, 'the end of the right');
    const took = Math.round(performance.now() - began);
    ensure([1012, 1013, 4205, 4403].includes(code), `closed with ${code}, after which RxDB does not come back`);
    const wrong = socket.heard.filter(({ type, payload }) => type !== 'next' || payload.errors || !payload.data?.streamIncident);
    same(wrong, [], 'messages that would end the stream of RxDB');
    return `closed with ${code} after ${took} ms`;
  });
}

await main(async () => {
  const people = await demoTokens();
  await schemaOf('incident');
  await strangers(people);
  await everything(people);
  await Promise.all([
    access(people),
    (async () => {
      await merging(people);
      await refusals(people);
      await repetitions(people);
    })(),
    refresh(people),
    commands(people),
  ]);
  await rows(people);
  await pages(people);
  await streams(people);
});
