/*
 * What both pages share: the bearer token and its bar, the examples, and requests to the API.
 * Everything is fetched from the own origin; the page's policy allows nothing else.
 */

export const API_PATH = '/graphql';
const TOKENS_PATH = '/playground/tokens.json';
const EXAMPLES_PATH = '/playground/examples.json';
const MEMORY_KEY = 'safepact.playground.access';

/** The address of the socket, on the origin of the page. */
export function socketUrl() {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return `${scheme}//${location.host}${API_PATH}`;
}

/** An element with attributes (functions become listeners) and children. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      node.addEventListener(name, value);
    } else if (typeof value === 'boolean') {
      node.toggleAttribute(name, value);
    } else {
      node.setAttribute(name, value);
    }
  }
  node.append(...children);
  return node;
}

/** The session storage, or a substitute where the browser forbids it. */
export const store = (() => {
  try {
    sessionStorage.getItem(MEMORY_KEY);
    return sessionStorage;
  } catch {
    const kept = new Map();
    return {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, String(value)),
      removeItem: (key) => kept.delete(key),
      key: (index) => [...kept.keys()][index] ?? null,
      get length() {
        return kept.size;
      },
    };
  }
})();

/** The tokens on offer, the one in use, and the persona it belongs to ("" for a typed one). */
const access = { people: [], token: '', persona: '', wanted: '' };
const listeners = new Set();
const parts = {};

/** The header and connection parameter of the present token; empty without one. */
export function authorization() {
  return access.token ? { Authorization: `Bearer ${access.token}` } : {};
}

/** Calls `listener` after every change of the token. */
export function onTokenChange(listener) {
  listeners.add(listener);
}

/** Notes for whom the shown example is written; the bar offers that persona's token. */
export function wantPersona(persona) {
  access.wanted = persona || '';
  describeAccess();
}

/** Builds the token bar in `place`. */
export async function buildTokenBar(place) {
  restore();
  parts.input = el('input', {
    id: 'token',
    type: 'text',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    placeholder: 'none: requests are anonymous',
    'aria-describedby': 'token-status',
    change: () => typed(parts.input.value),
  });
  parts.clear = el('button', { type: 'button', click: () => take('', '') }, 'Drop token');
  parts.select = el('select', { id: 'persona', change: () => chosen(parts.select.value) });
  parts.people = el(
    'span',
    { class: 'field', hidden: true },
    el('label', { for: 'persona' }, 'Demo user'),
    parts.select,
  );
  parts.status = el('span', { id: 'token-status', role: 'status' });
  parts.offer = el('button', { type: 'button', hidden: true, click: () => chosen(access.wanted) });
  place.replaceChildren(
    parts.people,
    el('span', { class: 'field grow' }, el('label', { for: 'token' }, 'Bearer token'), parts.input),
    parts.clear,
    parts.status,
    parts.offer,
  );
  await refreshPeople();
  // A restarted demo issues new tokens: a remembered persona takes its new one.
  const known = person(access.persona);
  access.token = known ? known.token : access.token;
  remember();
  describeAccess();
}

function person(persona) {
  return access.people.find((one) => one.persona === persona);
}

function titleOf(one) {
  const name = one.name || one.persona;
  return one.role ? `${name} (${one.role})` : name;
}

/** Fetches the demo tokens; a server outside demo mode has none and answers 404. */
async function refreshPeople() {
  try {
    const answer = await fetch(TOKENS_PATH, { cache: 'no-store' });
    const people = answer.status === 200 ? await answer.json() : [];
    access.people = people.filter((one) => one && one.persona && one.token);
  } catch {
    // Keep what was offered before: the API itself tells soon enough that the server is away.
  }
  parts.select.replaceChildren(
    el('option', { value: '' }, access.people.length ? 'choose …' : 'none'),
    ...access.people.map((one) => el('option', { value: one.persona }, titleOf(one))),
  );
  parts.people.hidden = access.people.length === 0;
}

async function chosen(persona) {
  // Demo tokens run out; the one fetched with the page may be stale by now.
  await refreshPeople();
  const one = person(persona);
  take(one ? one.token : '', one ? one.persona : '');
}

function typed(text) {
  const token = text.trim().replace(/^bearer\s+/i, '');
  // fetch() throws on such a header, which would surface far from its cause.
  if (!/^[\x21-\x7e]*$/.test(token)) {
    parts.status.textContent = 'This is no token: it contains blanks or characters outside ASCII.';
    return;
  }
  const owner = access.people.find((one) => one.token === token);
  take(token, owner ? owner.persona : '');
}

function take(token, persona) {
  const changed = token !== access.token;
  access.token = token;
  access.persona = persona;
  remember();
  describeAccess();
  if (changed) {
    listeners.forEach((listener) => listener());
  }
}

function describeAccess() {
  if (!parts.input) {
    return;
  }
  const one = person(access.persona);
  const wanted = person(access.wanted);
  parts.input.value = access.token;
  parts.select.value = one ? one.persona : '';
  parts.clear.disabled = !access.token;
  if (one) {
    parts.status.textContent = `Requests are sent as ${one.name || one.persona}.`;
  } else {
    parts.status.textContent = access.token
      ? 'Requests are sent with this token.'
      : 'Requests are anonymous.';
  }
  parts.offer.hidden = !wanted || wanted === one;
  parts.offer.textContent = wanted ? `Switch to ${wanted.name || wanted.persona} for this example` : '';
}

function remember() {
  if (access.token) {
    store.setItem(MEMORY_KEY, JSON.stringify({ token: access.token, persona: access.persona }));
  } else {
    store.removeItem(MEMORY_KEY);
  }
}

function restore() {
  try {
    const kept = JSON.parse(store.getItem(MEMORY_KEY) || '{}');
    access.token = String(kept.token || '');
    access.persona = String(kept.persona || '');
  } catch {
    store.removeItem(MEMORY_KEY);
  }
}

/**
 * The examples of the server: title, query, variables as JSON text, persona.
 * Without them one harmless query remains, so that there is always something to run.
 */
export async function loadExamples() {
  try {
    const answer = await fetch(EXAMPLES_PATH, { cache: 'no-cache' });
    const list = answer.ok ? await answer.json() : [];
    const examples = list
      .filter((one) => one && typeof one.query === 'string')
      .map((one, index) => ({
        title: String(one.title || `Example ${index + 1}`),
        query: one.query,
        variables: one.variables ? JSON.stringify(one.variables, null, 2) : '',
        persona: one.persona ? String(one.persona) : '',
      }));
    if (examples.length) {
      return examples;
    }
  } catch {
    // An unreadable list counts as none.
  }
  const query = 'query FirstQuery {\n  __typename\n}\n';
  return [{ title: 'First query', query, variables: '', persona: '' }];
}

/** `fetch` with the present token, unless the caller set an Authorization header of its own. */
export function fetchWithToken(url, options = {}) {
  const headers = new Headers(options.headers);
  for (const [name, value] of Object.entries(authorization())) {
    if (!headers.has(name)) {
      headers.set(name, value);
    }
  }
  return fetch(url, { ...options, headers });
}

/** The JSON of an answer; anything else (a proxy's error page, say) in the shape of an error. */
export async function readAnswer(answer) {
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    const start = text.slice(0, 300);
    const message = `The server answered with HTTP ${answer.status} and no JSON: ${start}`;
    return { errors: [{ message }] };
  }
}

/** Tells the guard and the page's style that the page works. */
export function ready() {
  document.documentElement.dataset.ready = 'yes';
}
