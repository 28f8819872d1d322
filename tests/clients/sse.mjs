/*
 * Server-sent events: an unmodified graphql-sse client in distinct-connections mode, and the stream
 * itself by raw requests: ids, Last-Event-ID, Accept, and the end of a right.
 *
 *   node sse.mjs http://127.0.0.1:8080 [data/safepact.issuer.key]
 *
 * It needs fresh demo data. Expiry can only be shown with the key of the embedded issuer. One demo
 * token (lars') is signed out.
 */
import { createClient } from 'graphql-sse';

import {
  ask, demoRisk, demoTokens, ensure, graphqlUrl, keyFile, main, mint, notProved, pause, probe, RECORD_PERCEPTION, RESPONSE_JSON,
  same, seconds, send, view, within,
} from './lib.mjs';

const EVENT_MS = 3000;
const SILENCE_MS = 1500;
const REVOKED_MS = 5000;
const LEEWAY_S = 30;
const EVENT_STREAM = 'text/event-stream';

const ME = '{ me { person { id } } }';
const FOLLOW = `subscription Follow($after: String) {
  riskLevelChanged(after: $after) { cursor from to provisional risk { id } }
}`;

const clientOf = (token) => createClient({
  url: graphqlUrl,
  singleConnection: false,
  retryAttempts: 0,
  headers: { Authorization: `Bearer ${token}` },
});

/** Runs an operation of a client; keeps its answers. */
function run(client, query, variables) {
  const feed = { answers: [], ended: false, error: null, wake: () => {} };
  const settle = (change) => { change(); feed.wake(); };
  feed.stop = client.subscribe({ query, variables }, {
    next: (answer) => settle(() => feed.answers.push(answer)),
    error: (error) => settle(() => { feed.error = error; }),
    complete: () => settle(() => { feed.ended = true; }),
  });
  feed.until = (fits, what) => within(EVENT_MS, new Promise((resolve) => {
    feed.wake = () => (fits(feed) || feed.error) && resolve();
    feed.wake();
  }), what);
  return feed;
}

async function whole(client, query, variables) {
  const feed = run(client, query, variables);
  await feed.until(({ ended }) => ended, query);
  ensure(!feed.error, `${query}: ${feed.error}`);
  return feed.answers;
}

/** Opens a stream by a raw request and reads its events as they come. */
async function stream(token, query, { variables, headers } = {}) {
  const controller = new AbortController();
  const response = await fetch(graphqlUrl, {
    method: 'POST',
    signal: controller.signal,
    headers: { 'content-type': 'application/json', accept: EVENT_STREAM, authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const opened = { response, events: [], wake: () => {}, ended: null, stop: () => controller.abort() };
  const read = async () => {
    const decoder = new TextDecoder();
    let text = '';
    for await (const bytes of response.body) {
      text += decoder.decode(bytes, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop();
      for (const block of blocks) {
        const lines = block.split('\n').filter((line) => line !== '' && !line.startsWith(':'));
        if (lines.length > 0) {
          opened.events.push(Object.fromEntries(lines.map((line) => /^([a-z]+):? ?(.*)$/.exec(line).slice(1))));
        }
      }
      opened.wake();
    }
  };
  opened.done = read().then(() => { opened.ended = 'closed'; }, (error) => { opened.ended = error.message; });
  opened.done.then(() => opened.wake());
  opened.until = (count, what) => within(EVENT_MS, new Promise((resolve) => {
    opened.wake = () => opened.events.length >= count && resolve();
    opened.wake();
  }), what);
  return opened;
}

const data = (event) => JSON.parse(event.data);

/** The events that a stream brings when it goes on behind one: so many, then silence. */
async function resumed(token, count, options, what) {
  const opened = await stream(token, FOLLOW, options);
  await opened.until(count, what).catch(() => {});
  await pause(SILENCE_MS);
  same(opened.ended, null, `${what}: end of the stream`);
  opened.stop();
  same(opened.events.length, count, `${what}: events`);
  return opened.events.map((event) => data(event).data.riskLevelChanged);
}

async function plain(client, dana) {
  await probe('a query by the client: one answer, then the end', async () => {
    const answers = await whole(client, ME);
    same(answers.length, 1, 'answers');
    ensure(answers[0].data.me.person.id, JSON.stringify(answers[0]));
  });
  await probe('what is refused before it runs comes as one next with errors, then the end', async () => {
    for (const [query, code] of [['{ me { salary } }', 'BAD_USER_INPUT'], ['{ me {', 'BAD_USER_INPUT'], [`{ ${'__typename '.repeat(500)} }`, 'TOO_COMPLEX']]) {
      const answers = await whole(client, query);
      same(answers.length, 1, `answers to ${query.slice(0, 40)}`);
      same(answers[0].errors[0].extensions.code, code, 'code');
      ensure(!('data' in answers[0]), 'a request that did not run has no data');
    }
  });
  await probe('the stream is text/event-stream, kept nowhere, next then complete', async () => {
    const opened = await stream(dana, ME);
    await within(EVENT_MS, opened.done, 'the end of the stream');
    same(opened.response.status, 200, 'status');
    ensure(opened.response.headers.get('content-type').startsWith(EVENT_STREAM), opened.response.headers.get('content-type'));
    same(opened.response.headers.get('cache-control'), 'no-store', 'cache-control');
    same(opened.events.map(({ event }) => event), ['next', 'complete'], 'events');
  });
}

async function negotiation(dana) {
  const request = (accept, query, headers) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${dana}`, ...(accept && { accept }), ...headers },
    body: JSON.stringify({ query }),
  });
  await probe('Accept decides: the stream only where it is asked for', async () => {
    const forms = {
      '*/*': 'application/json',
      'application/json': 'application/json',
      [`application/json, ${EVENT_STREAM};q=0.5`]: 'application/json',
      [RESPONSE_JSON]: RESPONSE_JSON,
      [`${EVENT_STREAM};q=0.9, ${RESPONSE_JSON}`]: RESPONSE_JSON,
      [EVENT_STREAM]: EVENT_STREAM,
      [`${EVENT_STREAM}, application/json;q=0.5`]: EVENT_STREAM,
      'Text/Event-Stream': EVENT_STREAM,
      [`application/json;q=0, ${EVENT_STREAM}`]: EVENT_STREAM,
    };
    for (const [accept, expected] of Object.entries(forms)) {
      const answer = await fetch(graphqlUrl, request(accept, ME));
      await answer.text();
      same(answer.headers.get('content-type').split(';')[0], expected, `content-type for Accept: ${accept}`);
    }
    same((await send(request('text/html', ME))).status, 406, 'status for Accept: text/html');
  });
  await probe('a subscription without the stream is refused, and says what it needs', async () => {
    const { status, body } = await send(request(RESPONSE_JSON, FOLLOW));
    same([status, body.errors[0].extensions.code, body.errors[0].extensions.rule], [400, 'BAD_USER_INPUT', 'SUBSCRIPTION_TRANSPORT'], 'refusal');
  });
  await probe('a bad token is refused with 401 and JSON before a stream begins', async () => {
    const { status, body } = await send(request(EVENT_STREAM, FOLLOW, { authorization: 'Bearer garbage' }));
    same([status, body.errors[0].extensions.code], [401, 'UNAUTHENTICATED'], 'refusal');
  });
  await probe('a body that is not JSON is refused with 415 and JSON before a stream begins', async () => {
    const { status } = await send(request(EVENT_STREAM, ME, { 'content-type': 'text/plain' }));
    same(status, 415, 'status');
  });
}

async function following(client, { dana, omar, sam }) {
  const id = await demoRisk(dana, 'Detention of local staff');
  const { risk, streamPosition } = await ask(dana, 'query($id: ID!) { streamPosition risk(id: $id) { level state } }', { id });
  same(risk, { level: null, state: 'IDENTIFIED' }, 'the risk of this test (is the demo data fresh?)');
  let cursors;
  await probe('every side being heard brings the client one event: null to CRITICAL, provisional; a stranger none', async () => {
    const feed = run(client, FOLLOW);
    const raw = await stream(omar, FOLLOW);
    // Refused at once or, where another test gave sam a partnership elsewhere, silent.
    const outside = await stream(sam, FOLLOW);
    // Nothing tells that a subscription runs.
    await pause(500);
    await ask(dana, RECORD_PERCEPTION, view(id, [5, 5], 'Four are held now.'));
    await feed.until(({ answers }) => answers.length > 0, 'the event');
    ensure(!feed.error, String(feed.error));
    await pause(SILENCE_MS);
    same(feed.answers.length, 1, 'events');
    same([feed.ended, feed.error], [false, null], 'the subscription');
    const event = feed.answers[0].data.riskLevelChanged;
    same([event.from, event.to, event.provisional, event.risk.id], [null, 'CRITICAL', true, id], 'the event');
    feed.stop();
    same(raw.events.length, 1, 'events to the other side');
    same(raw.events[0].event, 'next', 'event');
    const theirs = data(raw.events[0]).data.riskLevelChanged;
    same(raw.events[0].id, theirs.cursor, 'id of the event: its cursor');
    raw.stop();
    outside.stop();
    ensure(outside.events.every(({ event, data: text }) => event === 'complete' || JSON.parse(text).errors), `to the stranger: ${JSON.stringify(outside.events)}`);
    cursors = { dana: [event.cursor], omar: [theirs.cursor] };
  });
  await probe('Last-Event-ID goes on behind that event: nothing missed, nothing twice', async () => {
    // Down to HIGH, while nobody listens: a second event.
    await ask(dana, RECORD_PERCEPTION, view(id, [4, 4], 'Two were let go.'));
    const lastEventId = (cursor) => ({ headers: { 'last-event-id': cursor } });
    const [second] = await resumed(dana, 1, lastEventId(cursors.dana[0]), 'behind the first');
    same([second.from, second.to], ['CRITICAL', 'HIGH'], 'the event');
    await resumed(dana, 0, lastEventId(second.cursor), 'behind the second');
    const [theirs] = await resumed(omar, 1, lastEventId(cursors.omar[0]), 'behind the first, the other side');
    same([theirs.from, theirs.to], ['CRITICAL', 'HIGH'], 'the event of the other side');
    const both = await resumed(dana, 2, lastEventId(streamPosition), 'behind a position taken before');
    same(both.map(({ to }) => to), ['CRITICAL', 'HIGH'], 'events');
    cursors.dana.push(second.cursor);
  });
  await probe('Last-Event-ID is newer than the `after` of the document that is sent again', async () => {
    await resumed(dana, 0, { variables: { after: streamPosition }, headers: { 'last-event-id': cursors.dana[1] } }, 'both');
    await resumed(dana, 2, { variables: { after: streamPosition } }, 'after alone');
  });
  await probe('a Last-Event-ID that is not one\'s own is refused', async () => {
    for (const cursor of [cursors.omar[0], 'garbage']) {
      const opened = await stream(dana, FOLLOW, { headers: { 'last-event-id': cursor } });
      await within(EVENT_MS, opened.done, 'the end of the stream');
      same(data(opened.events[0]).errors[0].extensions.code, 'INVALID_CURSOR', 'code');
    }
  });
}

/**
 * The stream must end, and not as if all were done: after a bare `complete` a client stays away for ever.
 * Either it breaks off, and the client comes back with a fresh token, or it says why before it ends.
 */
async function endsAloud(opened, ms) {
  await within(ms, opened.done, 'the end of the stream');
  const [first] = opened.events;
  if (first) {
    same(first.event, 'next', 'what the client hears before the end');
    same(data(first).errors?.[0].extensions.code, 'UNAUTHENTICATED', `code of ${first.data}`);
  }
}

async function revocation({ dana, lars }) {
  await probe('sign-out ends the streams of the token within five seconds, and not as if all were done', async () => {
    const token = keyFile ? mint(lars) : lars;
    const opened = await stream(token, FOLLOW);
    await pause(500);
    same(opened.ended, null, 'the stream before');
    await ask(token, 'mutation { signOut { id } }');
    await endsAloud(opened, REVOKED_MS);
  });
  if (!keyFile) {
    notProved('a stream whose token runs out (no key file given)');
    return;
  }
  await probe('when the token runs out its streams end, and not as if all were done', async () => {
    const opened = await stream(mint(dana, { exp: seconds(-LEEWAY_S + 3) }), FOLLOW);
    await endsAloud(opened, 3000 + REVOKED_MS);
  });
}

await main(async () => {
  const people = await demoTokens();
  const client = clientOf(people.dana);
  await plain(client, people.dana);
  await negotiation(people.dana);
  await following(client, people);
  await revocation(people);
  client.dispose();
});
