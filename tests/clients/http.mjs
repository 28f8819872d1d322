/*
 * The documented refusals over HTTP, by raw requests: transport, limits of documents, tokens,
 * idempotency, variables that were not sent, and browsers from elsewhere.
 *
 *   node http.mjs http://127.0.0.1:8080 data/safepact.issuer.key
 *
 * With the key of the embedded issuer the tokens below differ from a good one in exactly one thing.
 */
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { getIntrospectionQuery } from 'graphql';

import {
  ask, assemble, base, demoRisk, demoTokens, ensure, graphqlUrl, issuerSigner, keyFile, main, mint, post, probe,
  readToken, refused, RESPONSE_JSON, same, seconds, send, unusedId,
} from './lib.mjs';

/** A refusal must not cost the server more than a glance. */
const QUICK_MS = 200;
const JSON_TYPE = { 'content-type': 'application/json', accept: RESPONSE_JSON };

const bearer = (token) => ({ authorization: `Bearer ${token}` });
const repeat = (times, make) => Array.from({ length: times }, (_, at) => make(at)).join(' ');

/** Looks at a refusal: status, code, rule where one is documented, nothing executed. */
function isRefusal(answer, { status, code, rule }) {
  same(answer.status, status, 'status');
  const [error] = answer.body.errors || [];
  ensure(error, `no errors in ${JSON.stringify(answer.body).slice(0, 200)}`);
  ensure([code].flat().includes(error.extensions?.code), `code ${error.extensions?.code}, expected ${code}: ${error.message}`);
  if (rule) {
    same(error.extensions.rule, rule, `rule of "${error.message}"`);
  }
  ensure(!('data' in answer.body), 'a request that did not run has no data');
  return answer;
}

async function transport(token) {
  const query = JSON.stringify({ query: '{ me { person { id } } }' });
  const cases = [
    ['a body that is not JSON', { body: '{"query":' }, { status: 400, rule: 'JSON' }],
    ['a body that is not UTF-8', { body: Buffer.from('7b227175657279223a22ff227d', 'hex') }, { status: 400, rule: 'JSON' }],
    ['an empty body', { body: '' }, { status: 400, rule: 'JSON' }],
    ['a batch', { body: `[${query},${query}]` }, { status: 400, rule: 'REQUEST_OBJECT' }],
    ['a body without query', { body: '{}' }, { status: 400, rule: 'REQUEST_SHAPE' }],
    ['variables that are a list', { body: '{"query":"{ __typename }","variables":[]}' }, { status: 400, rule: 'REQUEST_SHAPE' }],
    ['variables nested 10 000 deep', { body: `{"query":"{ __typename }","variables":{"a":${'['.repeat(10000)}${']'.repeat(10000)}}}` }, { status: 400, rule: 'JSON' }],
    ['JSON sent as text/plain', { body: query, headers: { 'content-type': 'text/plain' } }, { status: 415, rule: 'CONTENT_TYPE' }],
    ['a form', { body: 'query=%7B__typename%7D', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, { status: 415, rule: 'CONTENT_TYPE' }],
    ['a multipart form', { body: '--x--', headers: { 'content-type': 'multipart/form-data; boundary=x' } }, { status: 415, rule: 'CONTENT_TYPE' }],
    // A Buffer: for a string the client would add a content type of its own.
    ['JSON without a content type', { body: Buffer.from(query), headers: { 'content-type': '' } }, { status: 415, rule: 'CONTENT_TYPE' }],
    ['JSON in another charset', { body: query, headers: { 'content-type': 'application/json; charset=latin1' } }, { status: 415, rule: 'CONTENT_TYPE' }],
    ['a form of answer nobody has', { body: query, headers: { accept: 'text/html' } }, { status: 406, rule: 'ACCEPT' }],
    ['a body over 1 MiB', { body: `{"query":"${' '.repeat(1 << 20)}"}` }, { status: 413, code: 'PAYLOAD_TOO_LARGE', rule: 'BODY_BYTES' }],
  ];
  for (const [what, { body, headers }, expected] of cases) {
    await probe(`${what} is refused with ${expected.status} and JSON`, async () => {
      const all = { ...JSON_TYPE, ...bearer(token), ...headers };
      if (all['content-type'] === '') {
        delete all['content-type'];
      }
      isRefusal(await send({ method: 'POST', headers: all, body }), { code: 'BAD_USER_INPUT', ...expected });
    });
  }
  await probe('a mutation by GET is refused with 405, says what to use, and does nothing', async () => {
    const mutation = encodeURIComponent('mutation { signOutEverywhere { id } }');
    const headers = { accept: RESPONSE_JSON, ...bearer(token) };
    const answer = await send({ headers }, `${graphqlUrl}?query=${mutation}`);
    isRefusal(answer, { status: 405, code: 'BAD_USER_INPUT', rule: 'METHOD' });
    ensure(/\bPOST\b/.test(answer.headers.get('allow')), `Allow: ${answer.headers.get('allow')}`);
    await ask(token, '{ me { person { id } } }');
  });
  await probe('other methods are refused with 405 and JSON', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const answer = await send({ method, headers: { ...JSON_TYPE, ...bearer(token) }, body: query });
      isRefusal(answer, { status: 405, code: 'BAD_USER_INPUT', rule: 'METHOD' });
      ensure(/\bPOST\b/.test(answer.headers.get('allow')), `Allow: ${answer.headers.get('allow')}`);
    }
  });
  await probe('an unknown path is answered with 404 and JSON', async () => {
    isRefusal(await send({}, `${base}/nothing`), { status: 404, code: 'NOT_FOUND' });
  });
}

/** `{ name fields … }` around itself. */
function nested(times, open, core, close) {
  return open.repeat(times) + core + close.repeat(times);
}

async function limits(token) {
  const unreadable = (rule) => ({ status: 400, code: 'BAD_USER_INPUT', rule });
  const tooMuch = (rule) => ({ status: 400, code: 'TOO_COMPLEX', rule });
  const aliases = (times) => repeat(times, (n) => `a${n}: name`);
  // Each level doubles the one below: thirty of them are a thousand million fields.
  const bomb = repeat(30, (n) => `fragment f${n} on Person { ...f${n + 1} ...f${n + 1} }`);
  const core = 'fragment f30 on Person { name }';
  const smallBomb = `${repeat(18, (n) => `fragment b${n} on Person { ...b${n + 1} ...b${n + 1} }`)} fragment b18 on Person { name }`;
  const cases = [
    ['a deep document', `{ risks { edges { node ${nested(4, '{ partnership { risks { edges { node ', '{ id }', ' } } } }')} } } }`, tooMuch('DEPTH')],
    ['a document of brackets', nested(5000, '{a', '', '}'), tooMuch()],
    ['11 root fields', `{ ${repeat(11, (n) => `a${n}: limits { depth }`)} }`, tooMuch('ROOT_FIELDS')],
    ['11 root fields in fragments', `{ ...A ...B } fragment A on Query { ${repeat(6, (n) => `a${n}: limits { depth }`)} } fragment B on Query { ${repeat(5, (n) => `b${n}: limits { depth }`)} }`, tooMuch('ROOT_FIELDS')],
    ['31 aliases', `{ me { person { ${aliases(31)} } } }`, tooMuch('ALIASES')],
    ['101 aliases of __typename', `{ ${repeat(101, (n) => `a${n}: __typename`)} }`, tooMuch('ALIASES')],
    ['31 aliases through a fragment used often', `{ me { person { ...F organisation { name } } } a: me { person { ...F } } } fragment F on Person { ${aliases(16)} }`, tooMuch('ALIASES')],
    ['a bomb of fragments', `{ me { person { ...f0 } } } ${bomb} ${core}`, tooMuch()],
    // Shorter here, for validation reads these too, and must not be left to it: two to the 18th fields.
    ['a bomb of fragments in an operation that is not asked for', `query A { __typename } query B { me { person { ...b0 } } } ${smallBomb}`, tooMuch(), 'A'],
    ['aliases in an operation that is not asked for', `query A { __typename } query B { me { person { ${aliases(300)} } } }`, tooMuch(), 'A'],
    ['a fragment within itself', '{ me { person { ...F } } } fragment F on Person { name ...F }', unreadable()],
    ['fragments within each other', '{ me { person { ...F } } } fragment F on Person { name ...G } fragment G on Person { id ...F }', unreadable()],
    ['2001 tokens', `{ me { person { ${repeat(2001, () => 'id')} } } }`, tooMuch('DOCUMENT_TOKENS')],
    ['a document over 32 KiB', `{ __typename } # ${'x'.repeat(32 << 10)}`, tooMuch('DOCUMENT_BYTES')],
    ['11 directives', `{ me { person { ${repeat(11, (n) => `a${n}: name @include(if: true)`)} } } }`, tooMuch('DIRECTIVES')],
    ['an unknown directive on __typename', '{ __typename @nothing }', unreadable('KNOWN_DIRECTIVES')],
    ['an unknown directive on a field', '{ me @nothing { person { id } } }', unreadable('KNOWN_DIRECTIVES')],
    ['one field 500 times', `{ ${repeat(500, () => '__typename')} }`, tooMuch('DUPLICATES')],
    ['one field 51 times through fragments', `{ me { person { ...A ...B } } } fragment A on Person { ${repeat(26, () => 'id')} } fragment B on Person { ${repeat(25, () => 'id')} }`, tooMuch('DUPLICATES')],
    ['pages within pages', '{ partnerships(first: 100) { edges { node { risks(first: 100) { edges { node { id } } } } } } }', tooMuch('COST')],
    ['types within types without end', `{ __type(name: "Node") ${nested(4, '{ possibleTypes { interfaces ', '{ name }', ' } }')} }`, tooMuch()],
    ['an unknown field', '{ me { salary } }', unreadable()],
    ['text that is no document', '{ me { ', unreadable('DOCUMENT_SYNTAX')],
  ];
  for (const [what, query, expected, operationName] of cases) {
    await probe(`${what}: ${expected.code}${expected.rule ? ` by ${expected.rule}` : ''}`, async () => {
      const headers = { ...JSON_TYPE, ...bearer(token) };
      const answer = await send({ method: 'POST', headers, body: JSON.stringify({ query, operationName }) });
      isRefusal(answer, expected);
      // What validation finds has no rule of ours; every limit has.
      ensure(expected.code !== 'TOO_COMPLEX' || answer.body.errors[0].extensions.rule, 'the refusal names no rule');
      ensure(answer.ms < QUICK_MS, `took ${Math.round(answer.ms)} ms`);
      return `${Math.round(answer.ms)} ms`;
    });
  }
  await probe('a refused document is answered with 200 where only application/json is understood', async () => {
    const answer = await post(token, '{ me { salary } }', undefined, { accept: 'application/json' });
    isRefusal(answer, { status: 200, code: 'BAD_USER_INPUT' });
  });
  await probe('no refusal suggests names of the schema', async () => {
    const { body } = await post(token, '{ me { persn } }');
    ensure(!/did you mean/i.test(JSON.stringify(body)), body.errors[0].message);
  });
  await probe('the introspection query of common tools passes the limits', async () => {
    const data = await ask(token, getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }));
    ensure(data.__schema.types.length > 50, 'an empty schema');
  });
}

/** Everything that makes a token bad. */
function badTokens(good) {
  const { header, claims } = readToken(good);
  const issuer = issuerSigner();
  const der = { key: readFileSync(keyFile), format: 'der', type: 'pkcs8' };
  const jwk = createPublicKey(der).export({ format: 'jwk' });
  const pem = createPublicKey(der).export({ format: 'pem', type: 'spki' });
  const hmac = (key) => (bytes) => createHmac('sha256', key).update(bytes).digest();
  const foreign = generateKeyPairSync('ed25519');
  const byForeign = (bytes) => sign(null, bytes, foreign.privateKey);
  const foreignJwk = foreign.publicKey.export({ format: 'jwk' });
  const [headerPart, , signature] = good.split('.');
  const others = Buffer.from(JSON.stringify({ ...claims, sub: 'omar' })).toString('base64url');
  const hs256 = { ...header, alg: 'HS256' };
  return [
    ['no signature at all (alg none)', assemble({ ...header, alg: 'none' }, claims, () => Buffer.alloc(0))],
    ['alg none with the issuer\'s signature', assemble({ ...header, alg: 'none' }, claims, issuer)],
    ['HS256 keyed with the public key, raw', assemble(hs256, claims, hmac(Buffer.from(jwk.x, 'base64url')))],
    ['HS256 keyed with the public key, PEM', assemble(hs256, claims, hmac(pem))],
    ['an algorithm that does not fit the key', assemble({ ...header, alg: 'ES256' }, claims, issuer)],
    ['typ JWT', mint(good, {}, { typ: 'JWT' })],
    ['no typ', mint(good, {}, { typ: undefined })],
    ['no kid', mint(good, {}, { kid: undefined })],
    ['an unknown kid', mint(good, {}, { kid: 'e0000000000000000' })],
    ['a kid that is a path', mint(good, {}, { kid: '../../../../dev/null' })],
    ['a kid that is SQL', mint(good, {}, { kid: "' OR 1=1 --" })],
    ['a foreign key', assemble(header, claims, byForeign)],
    ['a foreign key that it brings along', assemble({ ...header, jwk: foreignJwk }, claims, byForeign)],
    ['a foreign key that it points to', assemble({ ...header, jku: `${base}/.well-known/jwks.json`, x5u: base }, claims, byForeign)],
    ['the claims of another', [headerPart, others, signature].join('.')],
    ['expired beyond the leeway', mint(good, { exp: seconds(-40) })],
    ['no exp', mint(good, { exp: undefined })],
    ['an exp that is text', mint(good, { exp: String(seconds(600)) })],
    ['another aud', mint(good, { aud: 'somebody-else' })],
    ['no aud', mint(good, { aud: undefined })],
    ['another iss', mint(good, { iss: 'https://issuer.example.org' })],
    ['no iss', mint(good, { iss: undefined })],
    ['nbf in the future', mint(good, { nbf: seconds(120) })],
    ['no sub', mint(good, { sub: undefined })],
    ['a sub without account', mint(good, { sub: 'nobody' })],
    ['not a token', 'garbage'],
    ['dots only', '..'],
    ['a token of 16 KiB', `${good}${'A'.repeat(16 << 10)}`],
  ];
}

async function tokens(good) {
  const query = '{ me { person { id } } }';
  for (const [what, token] of badTokens(good)) {
    await probe(`a bad token is refused with 401: ${what}`, async () => {
      const answer = isRefusal(await post(token, query), { status: 401, code: 'UNAUTHENTICATED' });
      ensure(/^Bearer\b/.test(answer.headers.get('www-authenticate')), 'WWW-Authenticate is missing');
      const legacy = await post(token, query, undefined, { accept: 'application/json' });
      isRefusal(legacy, { status: 401, code: 'UNAUTHENTICATED' });
    });
  }
  await probe('no token, another scheme, an empty one, one in the URL: 401', async () => {
    const unauthenticated = { status: 401, code: 'UNAUTHENTICATED' };
    isRefusal(await post(undefined, query), unauthenticated);
    for (const authorization of [`Basic ${good}`, 'Bearer', 'Bearer ', good]) {
      isRefusal(await post(undefined, query, undefined, { authorization }), unauthenticated);
    }
    const body = JSON.stringify({ query });
    isRefusal(await send({ method: 'POST', headers: JSON_TYPE, body }, `${graphqlUrl}?access_token=${good}`), unauthenticated);
  });
  await probe('the last moment that a clock can name, as exp, is no fault', async () => {
    const { status } = await post(mint(good, { exp: 8210266876799 }), query);
    ensure([200, 401].includes(status), `status ${status}`);
  });
  await probe('good tokens count: like the demo token, aud in a list, within the leeway of 30 s', async () => {
    for (const claims of [{}, { aud: ['other', readToken(good).claims.aud] }, { exp: seconds(-15) }, { nbf: seconds(15) }]) {
      await ask(mint(good, claims), query);
    }
  });
}

const IDENTIFY_RISK = 'mutation($input: IdentifyRiskInput!) { identifyRisk(input: $input) { id title description version } }';

async function idempotency({ dana, omar }, threatId) {
  const input = (title) => ({ input: { threatId, title, description: 'Before.', origin: 'PRE_EXISTING' } });
  const headers = { 'idempotency-key': unusedId() };
  const once = async () => (await ask(dana, IDENTIFY_RISK, input('Same command'), headers)).identifyRisk.id;
  await probe('one command sent twice with one Idempotency-Key happens once', async () => {
    same(await once(), await once(), 'id');
  });
  await probe('sent ten times at once it happens once', async () => {
    const key = { 'idempotency-key': unusedId() };
    const all = await Promise.all(Array.from({ length: 10 }, () => ask(dana, IDENTIFY_RISK, input('At once'), key)));
    same(new Set(all.map(({ identifyRisk }) => identifyRisk.id)).size, 1, 'number of records');
  });
  await probe('another command under the same key is refused, also of another name', async () => {
    await refused(dana, 'IDEMPOTENCY_MISMATCH', IDENTIFY_RISK, input('Another command'), headers);
  });
  await probe('a key is its owner\'s: somebody else may use the same', async () => {
    const theirs = await ask(omar, IDENTIFY_RISK, input('Same command'), headers);
    ensure(theirs.identifyRisk.id !== await once(), 'the answer of somebody else was given away');
  });
  await probe('the argument works as the header does', async () => {
    const query = IDENTIFY_RISK.replace('input: $input', `input: $input, idempotencyKey: "${unusedId()}"`);
    const first = await ask(dana, query, input('By argument'));
    same(await ask(dana, query, input('By argument')), first, 'answer');
    await refused(dana, 'IDEMPOTENCY_MISMATCH', query, input('By argument, changed'));
  });
  for (const [what, key] of [['empty', ''], ['too long', 'x'.repeat(201)], ['not ASCII', 'cl\u00e9']]) {
    await probe(`a key that cannot be kept is refused, not dropped: ${what}`, async () => {
      const { body } = await post(dana, IDENTIFY_RISK, input('Bad key'), { 'idempotency-key': key });
      ensure(body.errors, 'the command was carried out');
      ensure(['VALIDATION_FAILED', 'BAD_USER_INPUT'].includes(body.errors[0].extensions.code), JSON.stringify(body.errors));
    });
  }
}

async function omitted({ dana }, threatId) {
  const made = { threatId, title: 'What is left out stays', description: 'Before.', origin: 'PRE_EXISTING' };
  const { identifyRisk: risk } = await ask(dana, IDENTIFY_RISK, { input: made });
  const update = `mutation($id: ID!, $version: Int!, $title: Title, $description: Text) {
    updateRisk(input: { id: $id, expectedVersion: $version, title: $title, description: $description }) { title description version }
  }`;
  let version = risk.version;
  const edit = async (fields) => {
    const { updateRisk } = await ask(dana, update, { id: risk.id, version, ...fields });
    version = updateRisk.version;
    return updateRisk;
  };
  await probe('a variable that was declared but not sent does not erase', async () => {
    same((await edit({ title: 'Still there' })).description, 'Before.', 'description');
  });
  await probe('a whole input as a variable keeps what it leaves out', async () => {
    const whole = 'mutation($input: UpdateRiskInput!) { updateRisk(input: $input) { title description version } }';
    const { updateRisk } = await ask(dana, whole, { input: { id: risk.id, expectedVersion: version, title: 'Whole' } });
    version = updateRisk.version;
    same(updateRisk.description, 'Before.', 'description');
  });
  await probe('null clears', async () => same((await edit({ description: null })).description, null, 'description'));
  await probe('null does not clear what must be there', () => (
    refused(dana, 'VALIDATION_FAILED', update, { id: risk.id, version, title: null })));
  await probe('an edit of an older version is a CONFLICT that names the current one', async () => {
    const error = await refused(dana, 'CONFLICT', update, { id: risk.id, version: version - 1, title: 'Late' });
    same(error.extensions.currentVersion, version, 'currentVersion');
  });
}

async function browsers(token) {
  const origin = 'https://elsewhere.example.org';
  const closed = (headers) => same(headers.get('access-control-allow-origin'), null, 'access-control-allow-origin');
  await probe('an unknown Origin is not let in: neither the preflight nor the answer names it', async () => {
    const asks = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' };
    const preflight = await fetch(graphqlUrl, { method: 'OPTIONS', headers: asks });
    closed(preflight.headers);
    same(preflight.headers.get('access-control-allow-credentials'), null, 'access-control-allow-credentials');
    closed((await post(token, '{ me { person { id } } }', undefined, { origin })).headers);
    closed((await post(token, '{ me { person { id } } }', undefined, { origin: 'null' })).headers);
  });
  await probe('answers are kept nowhere', async () => {
    const { headers } = await post(token, '{ me { person { id } } }');
    same(headers.get('cache-control'), 'no-store', 'cache-control');
    same(headers.get('x-content-type-options'), 'nosniff', 'x-content-type-options');
  });
}

await main(async () => {
  ensure(keyFile, 'the key file of the embedded issuer is expected as second argument, such as data/safepact.issuer.key');
  const people = await demoTokens();
  const risk = await demoRisk(people.dana, 'Detention of local staff');
  const { risk: { threat } } = await ask(people.dana, 'query($id: ID!) { risk(id: $id) { threat { id } } }', { id: risk });
  await transport(people.dana);
  await limits(people.dana);
  await tokens(people.dana);
  await idempotency(people, threat.id);
  await omitted(people, threat.id);
  await browsers(people.dana);
});
