/*
 * What the clients share: where the server is, who signs in, and how a proof is told.
 *
 * Every client is called as `node NAME.mjs http://127.0.0.1:8080 [issuer key file]` against a server
 * in demo mode on fresh demo data. It prints one line for each thing proved and ends with 1 at the
 * first that does not hold. KEEP_GOING=1 runs the independent probes of a client to the end instead.
 */
import { isDeepStrictEqual } from 'node:util';
import { createPrivateKey, randomBytes, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [, , givenBase, givenKeyFile] = process.argv;

if (!/^https?:\/\/[^/]+\/?$/.test(givenBase || '')) {
  console.error('the address of a running server is expected, such as http://127.0.0.1:8080');
  process.exit(1);
}

/** Address of the server, without a slash at the end. */
export const base = givenBase.replace(/\/$/, '');
export const graphqlUrl = `${base}/graphql`;
export const socketUrl = graphqlUrl.replace(/^http/, 'ws');
/** Key file of the embedded issuer, where one was given. */
export const keyFile = givenKeyFile;

/** Both forms of an answer; the newer one carries the status of a refusal. */
export const RESPONSE_JSON = 'application/graphql-response+json';

// ---- telling ---------------------------------------------------------------------------------

let failures = 0;

export function proved(what) {
  console.log(`ok    ${what}`);
}

/** Something that could not be looked at; said aloud, so that nobody takes silence for a proof. */
export function notProved(what) {
  console.log(`--    not looked at: ${what}`);
}

export function ensure(condition, message) {
  if (!condition) {
    throw new Error(message);
  }
}

export function same(got, expected, what) {
  if (!isDeepStrictEqual(got, expected)) {
    throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
  }
}

/** One independent thing to prove. Text that it returns is added to its line. */
export async function probe(what, run) {
  try {
    const more = await run();
    proved(typeof more === 'string' ? `${what} (${more})` : what);
  } catch (error) {
    if (!process.env.KEEP_GOING) {
      throw new Error(`${what}: ${error.message}`, { cause: error });
    }
    failures += 1;
    console.error(`FAIL  ${what}: ${error.message}`);
  }
}

/** Runs a client to its end. The process is ended by hand: open sockets would keep it alive. */
export async function main(run) {
  try {
    await run();
  } catch (error) {
    failures += 1;
    // Of a request that did not arrive, the message says nothing and its cause everything.
    const code = (error.cause?.cause || error.cause)?.code;
    console.error(`FAIL  ${error.message}${code ? ` (${code})` : ''}`);
  }
  process.exit(failures ? 1 : 0);
}

// ---- time ------------------------------------------------------------------------------------

export const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** A promise that must settle in time. */
export async function within(ms, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

// ---- ids and tokens --------------------------------------------------------------------------

/** A UUIDv7 that nobody has. */
export function unusedId() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = bytes.toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Tokens of the demo personas, by persona. */
export async function demoTokens() {
  const answer = await fetch(`${base}/playground/tokens.json`);
  ensure(answer.ok, `/playground/tokens.json answered ${answer.status}: is this a demo server?`);
  const people = await answer.json();
  return Object.fromEntries(people.map(({ persona, token }) => [persona, token]));
}

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Header and claims of a token. */
export function readToken(token) {
  const [header, claims] = token.split('.').slice(0, 2)
    .map((text) => JSON.parse(Buffer.from(text, 'base64url').toString()));
  return { header, claims };
}

/** A token with a signature of whatever kind. */
export function assemble(header, claims, signer) {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${signer(Buffer.from(signed)).toString('base64url')}`;
}

/** The signature of the embedded issuer itself. */
export function issuerSigner() {
  const key = createPrivateKey({ key: readFileSync(keyFile), format: 'der', type: 'pkcs8' });
  return (bytes) => sign(null, bytes, key);
}

/**
 * A token like a demo token, truly signed, with other claims. `undefined` takes a claim or header
 * away. Only with the key file.
 */
export function mint(like, claims = {}, header = {}) {
  const token = readToken(like);
  const id = { jti: unusedId() };
  return assemble(
    { ...token.header, ...header },
    { ...token.claims, ...id, ...claims },
    issuerSigner(),
  );
}

/** Seconds since 1970, the unit of tokens. */
export const seconds = (fromNow = 0) => Math.floor(Date.now() / 1000) + fromNow;

// ---- GraphQL over HTTP -----------------------------------------------------------------------

/** Sends a raw request; the body must be JSON whatever the status. */
export async function send(init, url = graphqlUrl) {
  const began = performance.now();
  const answer = await fetch(url, init);
  const text = await answer.text();
  const ms = performance.now() - began;
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Error(`status ${answer.status} with a body that is not JSON: ${JSON.stringify(text.slice(0, 200))}`);
  }
  const type = answer.headers.get('content-type') || '';
  ensure(/^application\/(graphql-response\+)?json\b/.test(type), `status ${answer.status} with content-type ${type}`);
  return { status: answer.status, headers: answer.headers, body, ms };
}

/** Sends a GraphQL request. */
export function post(token, query, variables, headers = {}) {
  return send({
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: RESPONSE_JSON,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
}

/** The data of a request that must succeed. */
export async function ask(token, query, variables, headers) {
  const { status, body } = await post(token, query, variables, headers);
  ensure(!body.errors, `${query} was refused (${status}): ${JSON.stringify(body.errors)}`);
  same(status, 200, `status of ${query}`);
  return body.data;
}

/** The only error of a request that must be refused with a code. */
export async function refused(token, code, query, variables, headers) {
  const { body } = await post(token, query, variables, headers);
  ensure(body.errors, `${query} was not refused: ${JSON.stringify(body)}`);
  same(body.errors[0].extensions?.code, code, `code of ${JSON.stringify(body.errors)}`);
  return body.errors[0];
}

/** The id of a demo risk. */
export async function demoRisk(token, title) {
  const { risks } = await ask(token, '{ risks(first: 100) { edges { node { id title } } } }');
  const found = risks.edges.map(({ node }) => node).find((risk) => risk.title === title);
  ensure(found, `the risk "${title}" is not in the demo data`);
  return found.id;
}

export const RECORD_PERCEPTION = `mutation RecordPerception($input: RecordPerceptionInput!) {
  recordPerception(input: $input) { id state level score provisional version }
}`;

/** The input of a perception. */
export const view = (riskId, [likelihood, impact], rationale) => (
  { input: { riskId, likelihood, impact, rationale } }
);
