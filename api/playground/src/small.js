/*
 * The small page, for servers built without Node: examples, editor, result, live events, schema.
 */
import {
  API_PATH,
  buildTokenBar,
  el,
  fetchWithToken,
  loadExamples,
  onTokenChange,
  readAnswer,
  ready,
  wantPersona,
} from './common.js';
import { subscribe } from './small-live.js';
import { buildSchemaReference } from './small-schema.js';

const MAX_EVENTS = 200;

const byId = (id) => document.getElementById(id);
const query = byId('query');
const variables = byId('variables');
const operation = byId('operation');

/** The tabs with what was typed and answered in each, and the index of the open one. */
let tabs = [];
let open = 0;

/** The running request and the running subscription. */
let request = null;
let live = null;
let eventCount = 0;

/** The operations of a document, by kind and name; enough of a parser to pick one to run. */
function operationsIn(text) {
  const bare = text.replace(/"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*/g, ' ');
  const found = [];
  let depth = 0;
  for (const [token] of bare.matchAll(/[{}()[\]]|\b(?:query|mutation|subscription|fragment)\b(?:\s+\w+)?/g)) {
    if ('{(['.includes(token)) {
      if (depth === 0 && token === '{' && !found.length) {
        found.push({ kind: 'query', name: '' });
      }
      depth += 1;
    } else if ('})]'.includes(token)) {
      depth -= 1;
    } else if (depth === 0) {
      const [kind, name = ''] = token.split(/\s+/);
      found.push({ kind, name });
    }
  }
  return found.filter(({ kind }) => kind !== 'fragment');
}

/** The operation that a run would take: the chosen one of several. */
function chosenOperation() {
  const found = operationsIn(query.value);
  return found.find(({ name }) => name === operation.value) || found[0];
}

/** Offers a choice where a document holds several operations. */
function offerOperations() {
  const names = operationsIn(query.value).map(({ name }) => name).filter(Boolean);
  const before = operation.value;
  operation.replaceChildren(...names.map((name) => el('option', { value: name }, name)));
  operation.value = names.includes(before) ? before : names[0] || '';
  byId('operation-field').hidden = names.length < 2;
}

function buildTabs(examples) {
  const own = { title: 'Your own', query: '', variables: '', persona: '' };
  tabs = [...examples, own].map((example, index) => ({
    ...example,
    result: '',
    status: 'Nothing has run yet.',
    button: el(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `tab-${index}`,
        'aria-controls': 'work',
        click: () => openTab(index),
        keydown: moveAmongTabs,
      },
      example.title,
    ),
  }));
  byId('tabs').replaceChildren(...tabs.map((tab) => tab.button));
  openTab(0);
}

/** Arrow keys, Home and End move along the tabs, as the ARIA pattern for tabs asks. */
function moveAmongTabs(event) {
  const last = tabs.length - 1;
  const next = {
    ArrowRight: open === last ? 0 : open + 1,
    ArrowLeft: open === 0 ? last : open - 1,
    Home: 0,
    End: last,
  }[event.key];
  if (next !== undefined) {
    event.preventDefault();
    openTab(next);
    tabs[next].button.focus();
  }
}

function openTab(index) {
  open = index;
  const tab = tabs[index];
  tabs.forEach((one) => {
    one.button.setAttribute('aria-selected', String(one === tab));
    one.button.tabIndex = one === tab ? 0 : -1;
  });
  byId('work').setAttribute('aria-labelledby', tab.button.id);
  query.value = tab.query;
  variables.value = tab.variables;
  offerOperations();
  showResult(tab);
  wantPersona(tab.persona);
}

function showResult(tab) {
  if (tab === tabs[open]) {
    byId('result').textContent = tab.result;
    byId('result-status').textContent = tab.status;
  }
}

/** The request in the editor, or null after saying what is wrong with it. */
function readRequest(say) {
  const chosen = chosenOperation();
  if (!chosen) {
    say('There is no operation to run: write a query first.');
    return null;
  }
  const params = { query: query.value };
  if (chosen.name) {
    params.operationName = chosen.name;
  }
  try {
    const values = variables.value.trim() ? JSON.parse(variables.value) : {};
    if (typeof values !== 'object' || values === null || Array.isArray(values)) {
      throw new Error('they are no JSON object');
    }
    params.variables = values;
  } catch (error) {
    say(`The variables cannot be read: ${error.message}`);
    variables.focus();
    return null;
  }
  return params;
}

async function run() {
  const chosen = chosenOperation();
  if (chosen && chosen.kind === 'subscription') {
    startLive();
    return;
  }
  const tab = tabs[open];
  const say = (status, result = '') => {
    Object.assign(tab, { status, result });
    showResult(tab);
  };
  const params = readRequest(say);
  if (!params) {
    return;
  }
  if (request) {
    request.abort();
  }
  const mine = new AbortController();
  request = mine;
  const begin = performance.now();
  say('Running …');
  try {
    const answer = await fetchWithToken(API_PATH, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(params),
      signal: mine.signal,
    });
    const result = await readAnswer(answer);
    const time = Math.round(performance.now() - begin);
    const errors = Array.isArray(result.errors) ? result.errors.length : 0;
    const outcome = errors ? `${errors} ${errors === 1 ? 'error' : 'errors'}` : 'Done, no errors';
    say(`${outcome}. HTTP ${answer.status}, ${time} ms.`, JSON.stringify(result, null, 2));
  } catch (error) {
    const cause = mine.signal.aborted ? 'replaced by a newer run' : error.message;
    say(`The request got no answer: ${cause}.`);
  } finally {
    if (request === mine) {
      request = null;
    }
  }
}

function startLive() {
  const status = byId('live-status');
  const chosen = chosenOperation();
  if (!chosen || chosen.kind !== 'subscription') {
    status.textContent = 'The live list takes a subscription; the editor holds none.';
    return;
  }
  const params = readRequest((text) => {
    status.textContent = text;
  });
  if (!params) {
    return;
  }
  if (live) {
    live.stop();
  }
  Object.assign(tabs[open], { status: 'The events are in the live list below.', result: '' });
  showResult(tabs[open]);
  byId('events').replaceChildren();
  eventCount = 0;
  const name = chosen.name || 'subscription';
  const say = (text) => {
    status.textContent = `${name}: ${text}`;
  };
  live = subscribe(params, {
    state: say,
    event: (payload) => {
      addEvent(payload);
      say(`${eventCount} ${eventCount === 1 ? 'event' : 'events'}, the last at ${clock()}.`);
    },
    end: (text) => {
      say(text);
      live = null;
      markLive(false);
    },
  });
  markLive(true);
}

function clock() {
  return new Date().toLocaleTimeString();
}

function addEvent(payload) {
  eventCount += 1;
  const list = byId('events');
  list.prepend(
    el('li', { value: String(eventCount) }, el('time', {}, clock()), el('pre', {}, JSON.stringify(payload, null, 2))),
  );
  while (list.children.length > MAX_EVENTS) {
    list.lastElementChild.remove();
  }
}

function markLive(running) {
  byId('live-start').textContent = running ? 'Start live again' : 'Start live';
  byId('live-stop').disabled = !running;
}

async function start() {
  const loadSchema = buildSchemaReference({
    list: byId('schema-list'),
    search: byId('schema-search'),
    status: byId('schema-status'),
    reload: byId('schema-reload'),
  });
  const [examples] = await Promise.all([loadExamples(), buildTokenBar(byId('token-bar'))]);
  buildTabs(examples);

  query.addEventListener('input', () => {
    tabs[open].query = query.value;
    offerOperations();
  });
  variables.addEventListener('input', () => {
    tabs[open].variables = variables.value;
  });
  byId('run').addEventListener('click', run);
  byId('live-start').addEventListener('click', startLive);
  byId('live-stop').addEventListener('click', () => live && live.stop());
  byId('work').addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run();
    }
  });

  onTokenChange(() => {
    loadSchema();
    if (live) {
      live.restart();
    }
  });
  loadSchema();
  ready();
}

start().catch((error) => window.reportProblem(error.message));
