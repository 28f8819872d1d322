/*
 * The main job of the product, told by an unmodified graphql-ws client: two organisations see a risk
 * differently, agree, and each hears of the change of level exactly once; a third hears nothing.
 *
 *   node story.mjs http://127.0.0.1:8080
 *
 * It tells the story once: the server needs fresh demo data.
 */
import { createHash } from 'node:crypto';

import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

import {
  ask, demoRisk, demoTokens, ensure, main, pause, post, proved, RECORD_PERCEPTION, refused, same, socketUrl, unusedId, view, within,
} from './lib.mjs';

/** How long nothing must happen before it counts as nothing. */
const SILENCE_MS = 1500;
const EVENT_MS = 3000;

const FOLLOW = `subscription Follow($after: String, $partnershipId: ID, $minLevel: RiskLevel, $kinds: [RiskKind!]) {
  riskLevelChanged(after: $after, partnershipId: $partnershipId, minLevel: $minLevel, kinds: $kinds) {
    cursor at cause from to kind provisional redactions
    risk { id title }
    record { likelihood impact score level matrixVersion }
  }
}`;
const RISK = `query Risk($id: ID!) { risk(id: $id) {
  state level score provisional version openProposal { id }
  partnership { id sides { id position } }
  perceptions { likelihood impact level score suggestion side { id } }
} }`;
const PROPOSE = `mutation Propose($input: ProposeLevelInput!) {
  proposeLevel(input: $input) { id state content contentHash missingSides { id } }
}`;
const CONSENT = 'mutation Consent($input: GiveConsentInput!) { giveConsent(input: $input) { id state } }';
const REQUEST = 'query Request($id: ID!) { node(id: $id) { ... on ConsentRequest { state missingSides { id } } } }';
const POSITION = '{ streamPosition }';

const clientOf = (token) => createClient({
  url: socketUrl,
  webSocketImpl: WebSocket,
  connectionParams: { Authorization: `Bearer ${token}` },
  retryAttempts: 0,
});

/** One operation of a client that must succeed. */
function once(client, query, variables) {
  return new Promise((resolve, reject) => {
    let data;
    client.subscribe({ query, variables }, {
      next: (result) => { data = result.data; },
      error: (error) => reject(new Error(JSON.stringify(error))),
      complete: () => resolve(data),
    });
  });
}

/** Follows the levels; keeps every event with the moment of its arrival. */
async function follow(client, variables = {}) {
  const feed = { events: [], error: null, waiting: [] };
  const stop = client.subscribe({ query: FOLLOW, variables }, {
    next: ({ data, errors }) => {
      if (errors) {
        feed.error = errors;
      } else {
        feed.events.push({ ...data.riskLevelChanged, arrived: performance.now() });
      }
      feed.waiting.forEach((wake) => wake());
    },
    error: (error) => { feed.error = error; feed.waiting.forEach((wake) => wake()); },
    complete: () => { feed.ended = true; },
  });
  const until = (count) => new Promise((resolve) => {
    const look = () => (feed.events.length >= count || feed.error) && resolve();
    feed.waiting.push(look);
    look();
  });
  // The protocol has no word for "the subscription runs": a query behind it on the socket, and a moment.
  await once(client, POSITION).catch(() => {});
  await pause(300);
  return {
    feed,
    stop,
    async event(count, what) {
      await within(EVENT_MS, until(count), what);
      ensure(!feed.error, `${what}: ${JSON.stringify(feed.error)}`);
      return feed.events[count - 1];
    },
    /** After a silence there are this many events, no error and no end. */
    async exactly(count, what) {
      await within(EVENT_MS, until(count), what).catch(() => {});
      await pause(SILENCE_MS);
      ensure(!feed.error, `${what}: ${JSON.stringify(feed.error)}`);
      ensure(!feed.ended, `${what}: the subscription ended`);
      same(feed.events.length, count, `${what}: events`);
    },
  };
}

/** What a new connection gets that resumes. */
async function resumed(token, count, variables, what) {
  const client = clientOf(token);
  const following = await follow(client, variables);
  await following.exactly(count, what);
  await client.dispose();
  return following.feed.events;
}

async function resumeRefused(token, variables, code) {
  const client = clientOf(token);
  const { feed } = await follow(client, variables);
  await client.dispose();
  ensure(Array.isArray(feed.error), `not refused: ${JSON.stringify(feed.events)}`);
  same(feed.error[0].extensions.code, code, 'code');
}

const what = (event) => [event.from, event.to, event.provisional];
const withoutArrival = ({ arrived, ...event }) => event;

/** A stranger with a partnership of their own: they hold every right, only not here. */
async function ownPartnership(sam) {
  const { me, organisations } = await ask(sam, `{ me { person { id organisation { id } } }
    organisations(first: 100) { edges { node { id name } } } }`);
  const partner = organisations.edges.map(({ node }) => node).find(({ name }) => name === 'Northlight Relief');
  const input = {
    organisationId: me.person.organisation.id, partnerIds: [partner.id], title: 'Somewhere else', scope: 'Other work.', country: 'KE',
  };
  const { createPartnership } = await ask(sam, `mutation($input: CreatePartnershipInput!) {
    createPartnership(input: $input) { sides { id organisation { id } } } }`, { input });
  const side = createPartnership.sides.find(({ organisation }) => organisation?.id === me.person.organisation.id);
  await ask(sam, 'mutation($input: AssignSideRoleInput!) { assignSideRole(input: $input) { id } }', {
    input: { sideId: side.id, personId: me.person.id, role: 'SIGNATORY' },
  });
}

/** The same answer, byte for byte, whether the id is hidden or nobody's; and as fast. */
async function cannotTell(token, query, variablesOf, hidden, expected) {
  const comparable = ({ status, body }) => JSON.stringify({ status, body }).replace(/"requestId":"[^"]*"/g, '');
  const times = { hidden: [], nobodys: [] };
  for (let round = 0; round < 15; round += 1) {
    const forHidden = await post(token, query, variablesOf(hidden));
    const forNobodys = await post(token, query, variablesOf(unusedId()));
    same(comparable(forHidden), comparable(forNobodys), query);
    ensure(expected(forHidden.body), `${query}: ${JSON.stringify(forHidden.body)}`);
    times.hidden.push(forHidden.ms);
    times.nobodys.push(forNobodys.ms);
  }
  const [a, b] = Object.values(times).map((list) => list.sort((x, y) => x - y)[7]);
  ensure(Math.abs(a - b) < Math.max(5, Math.min(a, b) / 2), `${query}: ${a} ms for the hidden one, ${b} ms for nobody's`);
}

async function stranger(sam, risk) {
  const isNull = (field) => ({ data }) => data && data[field] === null;
  const refusedWith = (code) => ({ errors }) => errors?.[0].extensions.code === code;
  const perception = (id) => view(id, [4, 3], 'From outside.');
  const byId = (field) => [`query($id: ID!) { ${field}(id: $id) { id } }`, (id) => ({ id })];
  await cannotTell(sam, ...byId('node'), risk, isNull('node'));
  await cannotTell(sam, ...byId('risk'), risk, isNull('risk'));
  await cannotTell(sam, RECORD_PERCEPTION, perception, risk, refusedWith('FORBIDDEN'));
  proved('a stranger without any standing cannot tell a hidden risk from nobody\'s: risk, node, recordPerception');
  await ownPartnership(sam);
  await cannotTell(sam, ...byId('node'), risk, isNull('node'));
  await cannotTell(sam, ...byId('risk'), risk, isNull('risk'));
  await cannotTell(sam, RECORD_PERCEPTION, perception, risk, refusedWith('NOT_FOUND'));
  await cannotTell(sam, PROPOSE, perception, risk, refusedWith('NOT_FOUND'));
  proved('nor can one who holds the same rights in a partnership of their own: null and NOT_FOUND, equal in text and time');
}

async function computedByServer(dana, risk) {
  const point = view(risk, [4, 3], 'Two cars were stopped last month.').input;
  for (const extra of [{ level: 'HIGH' }, { score: 12 }]) {
    for (const query of [RECORD_PERCEPTION, PROPOSE]) {
      await refused(dana, 'BAD_USER_INPUT', query, { input: { ...point, ...extra } });
    }
  }
  proved('a client that sends level or score is refused by validation');
}

async function perceive({ dana, omar }, id, feeds) {
  const recorded = await ask(dana, RECORD_PERCEPTION, view(id, [4, 3], 'Two cars were stopped last month.'));
  same(recorded.recordPerception.state, 'IDENTIFIED', 'state after the first side spoke');
  same(recorded.recordPerception.level, null, 'level after the first side spoke');
  await ask(omar, RECORD_PERCEPTION, view(id, [3, 5], 'Our people are asked by name.'));
  const { risk } = await ask(dana, RISK, { id });
  const bySide = Object.fromEntries(risk.partnership.sides.map((side) => [
    side.position, risk.perceptions.find((perception) => perception.side.id === side.id),
  ]));
  const [first, second] = Object.keys(bySide).sort().map((position) => bySide[position]);
  const seen = ({ level, score, suggestion }) => [level, score, suggestion];
  same(seen(first), ['HIGH', 12, 'Control & Avoid'], 'view of side 1');
  same(seen(second), ['HIGH', 15, 'Avoid & Control'], 'view of side 2');
  proved('(4,3) and (3,5): HIGH on both sides, "Control & Avoid" and "Avoid & Control"');
  same([risk.state, risk.level, risk.provisional], ['LEVEL_DISPUTED', 'HIGH', true], 'the disputed risk');
  const { risk: toOmar } = await ask(omar, RISK, { id });
  same(toOmar, risk, 'what the other side sees');
  proved('both sides see the dispute alike: LEVEL_DISPUTED, highest view provisional');
  for (const [who, feed] of Object.entries(feeds)) {
    const event = await feed.event(1, `the event of the dispute to ${who}`);
    same(what(event), [null, 'HIGH', true], `event to ${who}`);
    same([event.risk.id, event.kind, event.record.score], [id, 'PRESENT', 15], `event to ${who}`);
  }
  return Object.fromEntries(risk.partnership.sides.map((side) => [side.position, side.id]));
}

const propose = async (token, risk, point) => (
  (await ask(token, PROPOSE, view(risk, point, 'Both of us can live with it.'))).proposeLevel);
const consent = async (token, { id, contentHash }, more) => (
  (await ask(token, CONSENT, { input: { requestId: id, contentHash, ...more } })).giveConsent);
const consentRefused = (token, code, { id, contentHash }, more) => (
  refused(token, code, CONSENT, { input: { requestId: id, contentHash, ...more } }));

async function isVoid(token, request) {
  same((await ask(token, REQUEST, { id: request.id })).node, { state: 'VOID', missingSides: [] }, 'the request');
  await consentRefused(token, 'REFUSED', request);
}

async function editsVoid({ dana, omar }, id) {
  const edited = await propose(dana, id, [4, 4]);
  same(createHash('sha256').update(edited.content).digest('hex'), edited.contentHash, 'SHA-256 of the content');
  proved('the hash is the SHA-256 of the content as it is sent');
  same((await consent(dana, edited)).state, 'OPEN', 'state after the first consent');
  const { risk } = await ask(dana, RISK, { id });
  await ask(dana, 'mutation($input: UpdateRiskInput!) { updateRisk(input: $input) { id } }', {
    input: { id, expectedVersion: risk.version, description: 'Staff or visitors of either side are taken from a car.' },
  });
  await isVoid(omar, edited);
  const replaced = await propose(dana, id, [4, 4]);
  await consent(omar, replaced);
  same((await propose(dana, id, [4, 4])).id, replaced.id, 'the same, proposed once more');
  await propose(omar, id, [3, 4]);
  await isVoid(dana, replaced);
  proved('an edit or another proposal after the first consent voids it, the same once more does not; nobody can consent to what is void');
}

async function onlyOwnSide({ dana, omar, sam }, request, sides) {
  const [ours, theirs] = Object.keys(sides).sort().map((position) => sides[position]);
  await consentRefused(dana, 'FORBIDDEN', request, { sideId: theirs });
  await consentRefused(omar, 'FORBIDDEN', request, { sideId: ours });
  await consentRefused(sam, 'NOT_FOUND', request);
  await consentRefused(omar, 'CONFLICT', { ...request, contentHash: createHash('sha256').update('').digest('hex') });
  same((await consent(omar, request, { sideId: theirs })).state, 'OPEN', 'state after the first consent');
  await consentRefused(omar, 'REFUSED', request);
  same((await ask(dana, REQUEST, { id: request.id })).node.missingSides, [{ id: ours }], 'missing sides');
  proved('nobody consents for the other side, twice, from outside, or to another hash');
}

async function agreed(token, id, expected) {
  const { risk } = await ask(token, RISK, { id });
  same([risk.state, risk.score, risk.level, risk.provisional, risk.openProposal], [...expected, null], 'the agreed risk');
}

/** Nothing is missed and nothing doubled, from wherever a reader goes on. */
async function replay(people, feeds, positions, partnershipId) {
  const both = feeds.dana.feed.events.map(withoutArrival);
  const [first, second] = both;
  const { dana, omar, sam } = people;
  const told = async (expected, variables, from) => (
    same((await resumed(dana, expected.length, variables, from)).map(withoutArrival), expected, from));
  await told([second], { after: first.cursor }, 'after the first event');
  await told([], { after: second.cursor }, 'after the second event');
  proved('a reconnect behind the first event brings exactly the second, as it was told; behind the second nothing');
  await told(both, { after: positions.before }, 'after a position taken before');
  await told([second], { after: positions.between }, 'after a position taken between');
  await told([], { after: (await ask(dana, POSITION)).streamPosition }, 'after a position taken now');
  proved('a streamPosition taken before, between or behind gives the same');
  await told([second], { after: positions.before, minLevel: 'CRITICAL' }, 'from CRITICAL');
  await told(both, { after: positions.before, partnershipId, kinds: ['PRESENT'] }, 'of the partnership');
  await told([], { after: positions.before, kinds: ['RESIDUAL'] }, 'of residual risks');
  await resumeRefused(omar, { after: first.cursor }, 'INVALID_CURSOR');
  await resumeRefused(dana, { after: `${first.cursor.slice(0, -2)}AA` }, 'INVALID_CURSOR');
  await resumeRefused(sam, { partnershipId }, 'NOT_FOUND');
  proved('filters hold in a replay; a foreign or damaged cursor and a foreign partnership are refused');
}

await main(async () => {
  const people = await demoTokens();
  const { dana, omar, sam } = people;
  const id = await demoRisk(dana, 'Abduction on the Bentiu road');
  const { risk: untouched } = await ask(dana, RISK, { id });
  same([untouched.state, untouched.perceptions], ['IDENTIFIED', []], 'the risk of the story (is the demo data fresh?)');
  await stranger(sam, id);
  await computedByServer(dana, id);

  const clients = { dana: clientOf(dana), omar: clientOf(omar), sam: clientOf(sam) };
  const positions = { before: (await ask(dana, POSITION)).streamPosition };
  const feeds = { dana: await follow(clients.dana), omar: await follow(clients.omar) };
  const outside = await follow(clients.sam);
  same((await once(clients.dana, RISK, { id })).risk, untouched, 'a query over the socket');
  proved('over the socket of the subscription a query is answered too');

  const sides = await perceive(people, id, feeds);
  await editsVoid(people, id);
  const request = await propose(dana, id, [4, 4]);
  await onlyOwnSide(people, request, sides);
  same((await consent(dana, request)).state, 'EFFECTIVE', 'state after the last consent');
  await agreed(dana, id, ['LEVEL_AGREED', 16, 'HIGH', false]);
  proved('agreed on (4,4): LEVEL_AGREED, 16, HIGH, no longer provisional');
  await Promise.all([
    feeds.dana.exactly(1, 'dana'), feeds.omar.exactly(1, 'omar'), outside.exactly(0, 'sam'),
  ]);
  proved('each side got exactly one event, null to HIGH at the dispute, none for the same level; the stranger none');

  positions.between = (await ask(dana, POSITION)).streamPosition;
  const higher = await propose(omar, id, [5, 5]);
  await consent(omar, higher);
  const sent = performance.now();
  same((await consent(dana, higher)).state, 'EFFECTIVE', 'state after the last consent');
  await agreed(omar, id, ['LEVEL_AGREED', 25, 'CRITICAL', false]);
  const took = [];
  for (const [who, feed] of Object.entries(feeds)) {
    const event = await feed.event(2, `the event of the second agreement to ${who}`);
    same(what(event), ['HIGH', 'CRITICAL', false], `event to ${who}`);
    took.push(`${(event.arrived - sent).toFixed(1)} ms to ${who}`);
  }
  await Promise.all([
    feeds.dana.exactly(2, 'dana'), feeds.omar.exactly(2, 'omar'), outside.exactly(0, 'sam'),
  ]);
  proved(`the second agreement: one event more, HIGH to CRITICAL; from the last consent ${took.join(', ')}; the stranger none`);

  await Promise.all(Object.values(clients).map((client) => client.dispose()));
  await replay(people, feeds, positions, untouched.partnership.id);
});
