/*
 * The full page: GraphiQL with the token bar, the examples as tabs, and a socket for subscriptions.
 * GraphiQL, React and graphql-ws are plain scripts loaded before; they stand on `window`.
 */
import {
  API_PATH,
  authorization,
  buildTokenBar,
  fetchWithToken,
  loadExamples,
  onTokenChange,
  readAnswer,
  ready,
  socketUrl,
  store,
  wantPersona,
} from './common.js';

const { GraphiQL, React, ReactDOM, graphqlWs } = window;

const STORE_PREFIX = 'safepact.graphiql.';

/*
 * Closings after which a new attempt makes sense: going away, lost connection, restart, overload,
 * and our own on a change of the token. A refused token would be refused again.
 */
const RETRY_CODES = new Set([1001, 1006, 1012, 1013, 4499]);

/** A short hash of a text (FNV-1a), to tell one set of examples from another. */
function fingerprint(text) {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}

/** All keys of the session storage that start with `prefix`. */
function keysUnder(prefix) {
  const keys = [];
  for (let index = 0; index < store.length; index += 1) {
    keys.push(store.key(index));
  }
  return keys.filter((key) => key.startsWith(prefix));
}

/**
 * Storage for GraphiQL, of this browser tab and of these examples only: tabs that GraphiQL stored
 * would win over `defaultTabs`, and changed examples would never be seen.
 */
function graphiqlStorage(version) {
  const prefix = `${STORE_PREFIX}${version}.`;
  for (const key of keysUnder(STORE_PREFIX)) {
    if (!key.startsWith(prefix)) {
      store.removeItem(key);
    }
  }
  return {
    getItem: (key) => store.getItem(prefix + key),
    setItem: (key, value) => store.setItem(prefix + key, value),
    removeItem: (key) => store.removeItem(prefix + key),
    clear: () => keysUnder(prefix).forEach((key) => store.removeItem(key)),
    get length() {
      return keysUnder(prefix).length;
    },
  };
}

/** GraphiQL names a tab after its operation; the example's own title becomes the first line. */
function asTab(example) {
  const query = `# ${example.title.replace(/\s+/g, ' ')}\n${example.query}`;
  return { query, variables: example.variables || null };
}

/** The persona of the example a tab was made from, as long as its first line stands. */
function personaFinder(examples) {
  const byLine = new Map();
  for (const example of examples) {
    byLine.set(asTab(example).query.split('\n', 1)[0], example.persona);
  }
  return (query) => byLine.get((query || '').split('\n', 1)[0]) || '';
}

/** A fetcher of its own identity: GraphiQL fetches the schema again when it gets another one. */
function createFetcher(wsClient) {
  return GraphiQL.createFetcher({
    url: API_PATH,
    wsClient,
    enableIncrementalDelivery: false,
    fetch: async (url, options) => {
      const answer = await fetchWithToken(url, options);
      return { json: () => readAnswer(answer) };
    },
  });
}

async function start() {
  const missing = Object.entries({ GraphiQL, React, ReactDOM, graphqlWs })
    .filter(([, value]) => !value)
    .map(([name]) => name);
  if (missing.length) {
    throw new Error(`not loaded: ${missing.join(', ')}`);
  }

  const [examples] = await Promise.all([
    loadExamples(),
    buildTokenBar(document.getElementById('token-bar')),
  ]);
  const tabs = examples.map(asTab);
  const personaOf = personaFinder(examples);
  const storage = graphiqlStorage(fingerprint(JSON.stringify(tabs)));
  if (!storage.getItem('graphiql:tabState') && tabs[0].variables) {
    // GraphiQL 4 opens the first default tab without its variables, unless they are in its storage.
    storage.setItem('graphiql:query', tabs[0].query);
    storage.setItem('graphiql:variables', tabs[0].variables);
  }

  const wsClient = graphqlWs.createClient({
    url: socketUrl(),
    connectionParams: authorization,
    shouldRetry: (event) => RETRY_CODES.has(event && event.code),
  });

  const root = ReactDOM.createRoot(document.getElementById('graphiql'));
  // Only the fetcher may change between renderings: GraphiQL reacts to the identity of its props.
  const steady = {
    defaultTabs: tabs,
    defaultQuery: '',
    storage,
    shouldPersistHeaders: false,
    defaultEditorToolsVisibility: 'variables',
    onTabChange: (state) => wantPersona(personaOf(state.tabs[state.activeTabIndex].query)),
  };
  const logo = React.createElement(
    GraphiQL.Logo,
    null,
    React.createElement('span', { className: 'page-name' }, 'safepact '),
    React.createElement('a', { className: 'licenses', href: '/playground/licenses.txt' }, 'licences'),
  );
  const render = () => {
    root.render(React.createElement(GraphiQL, { ...steady, fetcher: createFetcher(wsClient) }, logo));
  };

  onTokenChange(() => {
    // A running subscription comes back on a new socket, with the new token.
    wsClient.terminate();
    render();
  });
  wantPersona(personaOf(storage.getItem('graphiql:query') || tabs[0].query));
  render();
  ready();
}

start().catch((error) => window.reportProblem(error.message));
