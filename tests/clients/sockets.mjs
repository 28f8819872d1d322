/*
 * graphql-transport-ws, message by message and close code by close code, with raw sockets: the codes
 * decide whether common clients come back after a close or stay silent for ever.
 *
 *   node sockets.mjs http://127.0.0.1:8080 [data/safepact.issuer.key]
 *
 * Expiry can only be shown with the key of the embedded issuer. One demo token (petra's) is signed out.
 */
import { randomBytes } from 'node:crypto';
import http from 'node:http';

import WebSocket from 'ws';

import {
  ask, base, demoRisk, demoTokens, ensure, keyFile, main, mint, notProved, pause, probe, RECORD_PERCEPTION, same, seconds,
  socketUrl, view, within,
} from './lib.mjs';

const PROTOCOL = 'graphql-transport-ws';
const ANSWER_MS = 3000;
const SILENCE_MS = 500;
const INIT_MS = 3000;
const REVOKED_MS = 5000;
const PING_MS = 25000;
const LEEWAY_S = 30;
const MOST_SUBSCRIPTIONS = 30;
/** After one of these the common clients give up without a word. */
const NEVER = [1002, 1011, 4500];

const ME = '{ me { person { id } } }';
const FOLLOW = 'subscription { riskLevelChanged { cursor to risk { id } } }';

/** A socket that keeps what it hears. */
class Socket {
  constructor({ protocols = [PROTOCOL], headers } = {}) {
    this.heard = [];
    this.wake = [];
    this.began = performance.now();
    this.raw = new WebSocket(socketUrl, protocols, { headers });
    this.opened = new Promise((resolve, reject) => {
      this.raw.once('open', resolve);
      this.raw.once('error', reject);
    });
    this.closed = new Promise((resolve) => {
      this.raw.once('close', (code, reason) => resolve({ code, reason: reason.toString(), at: performance.now() }));
    });
    // Failures of the handshake are told by `opened`; a reset by the close code 1006.
    this.raw.on('error', () => {});
    this.raw.on('message', (data) => {
      this.heard.push({ ...JSON.parse(data), at: performance.now() });
      this.wake.forEach((look) => look());
    });
  }

  say(message) {
    this.raw.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** The first message heard so far or soon that fits. */
  async hears(fits, what, ms = ANSWER_MS) {
    let look;
    const found = new Promise((resolve) => {
      look = () => {
        const message = this.heard.find(fits);
        if (message) {
          resolve(message);
        }
      };
      this.wake.push(look);
      look();
    });
    const closed = this.closed.then(({ code, reason }) => {
      throw new Error(`${what}: the socket was closed with ${code} ${reason}`);
    });
    try {
      return await within(ms, Promise.race([found, closed]), what);
    } finally {
      this.wake.splice(this.wake.indexOf(look), 1);
    }
  }

  /** The close code, in time. */
  async closes(code, ms = ANSWER_MS) {
    const close = await within(ms, this.closed, `close ${code}`);
    ensure(!NEVER.includes(close.code), `closed with ${close.code} (${close.reason}), after which clients never come back`);
    same(close.code, code, `close code (${close.reason})`);
    return close;
  }

  /** Nothing that fits is heard, and the socket stays open. */
  async silent(fits, what, ms = SILENCE_MS) {
    await pause(ms);
    const heard = this.heard.find(fits);
    ensure(!heard, `${what}: ${JSON.stringify(heard)}`);
    ensure(this.raw.readyState === WebSocket.OPEN, `${what}: the socket was closed`);
  }

  about(id) {
    return this.heard.filter((message) => message.id === id).map(({ type }) => type);
  }

  close() {
    this.raw.close(1000);
  }
}

const ofType = (type, id) => (message) => message.type === type && message.id === id;
const subscribe = (id, query, more) => ({ id, type: 'subscribe', payload: { query, ...more } });
const init = (payload) => ({ type: 'connection_init', payload });
const bearer = (token) => ({ Authorization: `Bearer ${token}` });

async function open(options) {
  const socket = new Socket(options);
  await within(ANSWER_MS, socket.opened, 'open');
  return socket;
}

/** A socket with `connection_ack`. */
async function acknowledged(token, payload = bearer(token)) {
  const socket = await open();
  socket.say(init(payload));
  await socket.hears(ofType('connection_ack'), 'connection_ack');
  return socket;
}

/** Says something and looks at the close code. */
async function closedAfter(socket, messages, code, ms) {
  for (const message of messages) {
    socket.say(message);
  }
  await socket.closes(code, ms);
}

/** An upgrade by hand: the answer, or the code of the close frame that follows it. */
function upgrade(headers) {
  return new Promise((resolve, reject) => {
    const request = http.request(`${base}/graphql`, {
      headers: {
        connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': 13, 'sec-websocket-key': randomBytes(16).toString('base64'), ...headers,
      },
    });
    request.on('error', reject);
    request.on('response', (answer) => {
      let body = '';
      answer.on('data', (bytes) => { body += bytes; });
      answer.on('end', () => resolve({ status: answer.statusCode, body }));
    });
    request.on('upgrade', (answer, socket, head) => {
      let bytes = head;
      const look = () => {
        // A close frame: 0x88, length, code. Frames of a server are not masked.
        if (bytes.length >= 4 && bytes[0] === 0x88) {
          resolve({ status: 101, code: bytes.readUInt16BE(2), protocol: answer.headers['sec-websocket-protocol'] });
          socket.destroy();
        }
      };
      socket.on('data', (more) => { bytes = Buffer.concat([bytes, more]); look(); });
      socket.on('end', () => { resolve({ status: 101 }); socket.destroy(); });
      look();
    });
    request.end();
  });
}

async function handshake(dana) {
  await probe('another sub-protocol, or none, is closed with 4406', async () => {
    for (const protocol of [{}, { 'sec-websocket-protocol': 'graphql-ws' }, { 'sec-websocket-protocol': 'soap, chat' }]) {
      const { status, code } = await within(ANSWER_MS, upgrade(protocol), 'close frame');
      same([status, code], [101, 4406], JSON.stringify(protocol));
    }
  });
  await probe('the right one is found among others', async () => {
    const socket = await open({ protocols: ['graphql-ws', PROTOCOL] });
    same(socket.raw.protocol, PROTOCOL, 'sub-protocol');
    socket.close();
  });
  await probe('an upgrade from a foreign Origin is refused with 403, from our own taken', async () => {
    for (const origin of ['https://elsewhere.example.org', 'null', `${base}.example.org`]) {
      const { status, body } = await upgrade({ origin, 'sec-websocket-protocol': PROTOCOL });
      same(status, 403, `status for ${origin}`);
      same(JSON.parse(body).errors[0].extensions.code, 'FORBIDDEN', 'code');
    }
    (await open({ headers: { origin: base } })).close();
  });
  await probe('the token is taken in either form, under a name in any case', async () => {
    const { Authorization: value } = bearer(dana);
    for (const name of ['Authorization', 'authorization', 'AUTHORIZATION']) {
      (await acknowledged(dana, { [name]: value })).close();
      (await acknowledged(dana, { headers: { [name]: value } })).close();
    }
  });
  const refusals = {
    'no payload': undefined,
    'an empty payload': {},
    'an empty token': { Authorization: '' },
    'another scheme': { Authorization: `Basic ${dana}` },
    'no scheme': { Authorization: dana },
    'a number': { headers: { Authorization: 5 } },
    garbage: bearer('garbage'),
    'a changed signature': bearer(`${dana.slice(0, -8)}AAAAAAAA`),
    ...(keyFile ? { 'an expired token': bearer(mint(dana, { exp: seconds(-LEEWAY_S - 10) })) } : {}),
  };
  for (const [what, payload] of Object.entries(refusals)) {
    await probe(`connection_init with ${what} is closed with 4403`, async () => (
      closedAfter(await open(), [init(payload)], 4403)));
  }
  if (!keyFile) {
    notProved('connection_init with an expired token (no key file given)');
  }
}

async function violations(dana) {
  await probe('no connection_init in three seconds: 4408', async () => {
    const socket = await open();
    const { at } = await socket.closes(4408, 2 * INIT_MS);
    ensure(at - socket.began > INIT_MS - 200, `already after ${Math.round(at - socket.began)} ms`);
  });
  await probe('an operation before connection_ack: 4401', async () => (
    closedAfter(await open(), [subscribe('1', ME)], 4401)));
  const unreadable = {
    'text that is not JSON': '{"type":',
    'JSON that is no object': '["ping"]',
    'a binary frame': Buffer.from('{"type":"ping"}'),
    'no type': { id: '1' },
    'an unknown type': { type: 'start', id: '1', payload: { query: ME } },
    'a type of the server': { type: 'next', id: '1', payload: {} },
    'subscribe without id': { type: 'subscribe', payload: { query: ME } },
    'subscribe with an empty id': subscribe('', ME),
    'subscribe without payload': { type: 'subscribe', id: '1' },
    'subscribe without query': { type: 'subscribe', id: '1', payload: {} },
    'variables that are text': subscribe('1', ME, { variables: 'none' }),
    'complete without id': { type: 'complete' },
  };
  for (const [what, message] of Object.entries(unreadable)) {
    await probe(`${what}: 4400`, async () => closedAfter(await acknowledged(dana), [message], 4400));
  }
  await probe('text that is not JSON before connection_init: 4400', async () => (
    closedAfter(await open(), ['hello'], 4400)));
  await probe('a second connection_init: 4429, also before the first is acknowledged', async () => {
    await closedAfter(await acknowledged(dana), [init(bearer(dana))], 4429);
    await closedAfter(await open(), [init(bearer(dana)), init(bearer(dana))], 4429);
  });
  await probe('the id of a running operation: 4409', async () => (
    closedAfter(await acknowledged(dana), [subscribe('1', FOLLOW), subscribe('1', FOLLOW)], 4409)));
  await probe(`${MOST_SUBSCRIPTIONS} subscriptions are taken, one more: 4429`, async () => {
    const socket = await acknowledged(dana);
    for (let n = 0; n < MOST_SUBSCRIPTIONS; n += 1) {
      socket.say(subscribe(`s${n}`, FOLLOW));
    }
    await socket.silent(({ type }) => type !== 'connection_ack', 'thirty subscriptions', 2 * SILENCE_MS);
    await closedAfter(socket, [subscribe('one more', FOLLOW)], 4429);
  });
}

async function operations(dana) {
  await probe('ping is answered by pong, before and after connection_ack', async () => {
    const early = await open();
    early.say({ type: 'ping' });
    await early.hears(ofType('pong'), 'pong');
    early.close();
    const socket = await acknowledged(dana);
    socket.say({ type: 'ping', payload: { any: 'thing' } });
    await socket.hears(ofType('pong'), 'pong');
    socket.say({ type: 'pong' });
    await socket.silent(({ type }) => type === 'ping', 'an answer to a pong');
    socket.close();
  });
  await probe('a query is answered by next and complete; its id may be used again', async () => {
    const socket = await acknowledged(dana);
    for (const round of [1, 2, 3]) {
      socket.say(subscribe('q', ME));
      await within(ANSWER_MS, (async () => {
        while (socket.about('q').length < 2 * round) {
          await pause(5);
        }
      })(), 'next and complete');
      same(socket.about('q').slice(-2), ['next', 'complete'], 'messages');
    }
    ensure(socket.heard.find(ofType('next', 'q')).payload.data.me.person.id, 'no data');
    socket.close();
  });
  await probe('variables and operationName are taken; an error in a field comes as next', async () => {
    const socket = await acknowledged(dana);
    const query = 'query A($first: Int) { risks(first: $first) { edges { node { id } } } } query B { me { person { id } } }';
    socket.say(subscribe('v', query, { operationName: 'A', variables: { first: 1 } }));
    const { payload } = await socket.hears(ofType('next', 'v'), 'next');
    same(payload.data.risks.edges.length, 1, 'rows');
    socket.say(subscribe('w', query, { operationName: 'A', variables: { first: 1000 } }));
    const { payload: wrong } = await socket.hears(ofType('next', 'w'), 'next');
    same(wrong.errors[0].extensions.code, 'VALIDATION_FAILED', 'code');
    await socket.hears(ofType('complete', 'w'), 'complete');
    socket.close();
  });
  const failing = {
    'a validation error': [ME.replace('person', 'salary'), 'BAD_USER_INPUT'],
    'a syntax error': ['{ me { ', 'BAD_USER_INPUT'],
    'a value of the wrong type': ['{ risks(first: "one") { totalCount } }', 'BAD_USER_INPUT'],
    'a limit': [`{ ${'__typename '.repeat(500)} }`, 'TOO_COMPLEX'],
    'a missing right': ['mutation { updateOrganisation(input: { id: "01920000-0000-7000-8000-000000000001", expectedVersion: 1 }) { id } }', 'FORBIDDEN'],
    'a subscription at a wrong cursor': ['subscription { riskLevelChanged(after: "no") { to } }', 'INVALID_CURSOR'],
    'two subscriptions in one': ['subscription { a: riskLevelChanged { to } b: riskLevelChanged { to } }', 'BAD_USER_INPUT'],
  };
  for (const [what, [query, code]] of Object.entries(failing)) {
    await probe(`${what} is one error with a list, no next, no complete; the id is free again`, async () => {
      const socket = await acknowledged(dana);
      socket.say(subscribe('e', query));
      const { payload } = await socket.hears(({ id }) => id === 'e', 'error');
      ensure(Array.isArray(payload) && payload.length > 0, `payload ${JSON.stringify(payload)}`);
      same(payload[0].extensions.code, code, 'code');
      await socket.silent(({ id, type }) => id === 'e' && type !== 'error', 'after the error');
      same(socket.about('e'), ['error'], 'messages');
      socket.say(subscribe('e', ME));
      await socket.hears(ofType('complete', 'e'), 'complete');
      socket.close();
    });
  }
}

/** A client's `complete` ends a subscription; shown by an event that another one gets. */
async function completing(dana) {
  await probe('complete of the client stops a subscription without echo; a mutation over the socket wakes the other one', async () => {
    const id = await demoRisk(dana, 'Looting of the store');
    const { risk } = await ask(dana, 'query($id: ID!) { risk(id: $id) { level } }', { id });
    const socket = await acknowledged(dana);
    socket.say(subscribe('stopped', FOLLOW));
    socket.say(subscribe('other', FOLLOW));
    await pause(SILENCE_MS);
    socket.say({ id: 'stopped', type: 'complete' });
    socket.say({ id: 'never there', type: 'complete' });
    // From one level to the other, so that it works however often it is run.
    const to = risk.level === 'CRITICAL' ? [3, 3] : [5, 5];
    socket.say(subscribe('mutation', RECORD_PERCEPTION, { variables: view(id, to, 'Seen from here.') }));
    await socket.hears(ofType('next', 'mutation'), 'the mutation');
    const { payload } = await socket.hears(ofType('next', 'other'), 'the event');
    same(payload.data?.riskLevelChanged.risk.id, id, `the event ${JSON.stringify(payload)}`);
    await socket.silent((message) => ['stopped', 'never there'].includes(message.id), 'after complete', 2 * SILENCE_MS);
    same(socket.about('other'), ['next'], 'messages of the other subscription');
    socket.say(subscribe('stopped', FOLLOW));
    await socket.silent(({ id: about }) => about === 'stopped', 'the id used again');
    socket.close();
  });
}

async function revocation(petra) {
  await probe('sign-out closes the sockets of the token with 4403 within five seconds, nothing ends a subscription before', async () => {
    let slowest = 0;
    const before = [];
    // Several rounds, for close and operations come from different tasks: the race is not lost every time.
    for (let round = 0; round < (keyFile ? 15 : 1); round += 1) {
      const token = keyFile ? mint(petra) : petra;
      const [idle, busy] = await Promise.all([acknowledged(token), acknowledged(token)]);
      ['1', '2', '3', '4', '5'].forEach((id) => busy.say(subscribe(id, FOLLOW)));
      await busy.silent(({ type }) => type !== 'connection_ack', 'the subscriptions', 150);
      const began = performance.now();
      await ask(token, 'mutation { signOut { id } }');
      const closes = await Promise.all([idle, busy].map((socket) => socket.closes(4403, REVOKED_MS)));
      slowest = Math.max(slowest, ...closes.map(({ at }) => at - began));
      before.push(...busy.heard.slice(1).map(({ type }) => type));
      await closedAfter(await open(), [init(bearer(token))], 4403);
    }
    // After a complete or an error the client takes the subscription for done, and does not come back for it.
    same(before, [], 'messages to subscriptions before the close');
    return `${Math.round(slowest)} ms`;
  });
}

async function expiry(dana) {
  if (!keyFile) {
    notProved('a socket whose token runs out (no key file given)');
    return;
  }
  await probe('when the token runs out the socket is closed with 4403, its subscription without complete', async () => {
    const socket = await acknowledged(mint(dana, { exp: seconds(-LEEWAY_S + 4) }));
    socket.say(subscribe('s', FOLLOW));
    const { at } = await socket.closes(4403, 4000 + REVOKED_MS);
    ensure(at - socket.began > 2000, `already after ${Math.round(at - socket.began)} ms`);
    same(socket.about('s'), [], 'messages of the subscription');
  });
}

async function pings(dana) {
  await probe(`the server pings within ${PING_MS / 1000} s, and keeps who answers`, async () => {
    const socket = await acknowledged(dana);
    const { at } = await socket.hears(ofType('ping'), 'ping', PING_MS);
    socket.say({ type: 'pong' });
    await socket.silent(({ type }) => type === 'complete', 'after the pong');
    socket.close();
    return `after ${((at - socket.began) / 1000).toFixed(1)} s`;
  });
}

await main(async () => {
  const { dana, petra } = await demoTokens();
  await handshake(dana);
  await violations(dana);
  await operations(dana);
  await completing(dana);
  await Promise.all([pings(dana), expiry(dana), revocation(petra)]);
});
