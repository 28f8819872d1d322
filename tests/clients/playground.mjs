/*
 * Opens the playground of a running server in Chromium and uses it as a person would:
 *
 *   node playground.mjs http://127.0.0.1:8080 [bearer token]
 *
 * In demo mode the tokens come from the server; elsewhere a token may be given. Without any token
 * the first example only has to be answered. CHROMIUM names another browser than /usr/bin/chromium,
 * SCREENSHOT a file for a picture of the page.
 */
import { chromium } from 'playwright-core';

const TIMEOUT_MS = 20000;
const SETTLE_MS = 1500;
const PROTOCOL_REFUSALS = new Set(['error', 'connection_error']);

const [, , base, givenToken = ''] = process.argv;

function check(condition, message) {
  if (!condition) {
    throw new Error(message);
  }
}

/** The JSON at a path of the server, or null where there is none. */
async function optionalJson(path) {
  const answer = await fetch(new URL(path, base));
  return answer.status === 200 ? answer.json() : null;
}

/** Records what the page must not do, and what it sends to the API. */
function watch(page, origin) {
  const seen = { offOrigin: [], console: [], sockets: [], authorizations: [] };
  const foreign = (address) => {
    const url = new URL(address);
    const sameHost = url.host === origin.host && /^(https?|wss?):$/.test(url.protocol);
    return !sameHost && !['data:', 'blob:'].includes(url.protocol);
  };
  page.on('request', (request) => {
    if (foreign(request.url())) {
      seen.offOrigin.push(request.url());
    }
    if (new URL(request.url()).pathname === '/graphql') {
      seen.authorizations.push(request.headers().authorization || '');
    }
  });
  page.on('console', (message) => {
    // Outside demo mode there are no tokens; the browser logs that 404 whatever the page does.
    const noTokens = message.location().url.endsWith('/playground/tokens.json')
      && message.text().includes('404');
    if (message.type() === 'error' && !noTokens) {
      seen.console.push(`${message.text()} (${message.location().url})`);
    }
  });
  page.on('pageerror', (error) => seen.console.push(`uncaught: ${error.message}`));
  page.on('websocket', (socket) => {
    if (foreign(socket.url())) {
      seen.offOrigin.push(socket.url());
    }
    const record = { path: new URL(socket.url()).pathname, sent: [], received: [] };
    seen.sockets.push(record);
    socket.on('framesent', ({ payload }) => record.sent.push(JSON.parse(payload)));
    socket.on('framereceived', ({ payload }) => record.received.push(JSON.parse(payload)));
  });
  return seen;
}

/** Waits until `probe` returns something true. */
async function until(probe, what) {
  const limit = Date.now() + TIMEOUT_MS;
  for (;;) {
    const value = await probe();
    if (value) {
      return value;
    }
    check(Date.now() < limit, `waited in vain for ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
}

/** How a person uses the GraphiQL page. */
function fullPage(page) {
  return {
    editor: page.locator('.graphiql-query-editor .CodeMirror'),
    async openExample(index) {
      await page.locator('.graphiql-tabs [role="tab"]').nth(index).click();
      // GraphiQL parses a moment after the text changed; until then it would run the old operation.
      await until(() => page.evaluate(() => {
        const editor = document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror;
        const parsedText = editor.documentAST && editor.documentAST.loc.source.body;
        return parsedText === editor.getValue();
      }), 'GraphiQL to parse the example');
    },
    run: () => page.locator('.graphiql-execute-button').click(),
    startLive: () => page.locator('.graphiql-execute-button').click(),
    stopLive: () => page.locator('.graphiql-execute-button').click(),
    // CodeMirror draws visible lines only; its own value is the whole text.
    result: () => page.evaluate(() => {
      const editor = document.querySelector('.graphiql-response .CodeMirror');
      return editor ? editor.CodeMirror.getValue() : '';
    }),
    query: () => page.evaluate(
      () => document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.getValue(),
    ),
  };
}

/** How a person uses the small page. */
function smallPage(page) {
  return {
    editor: page.locator('#query'),
    openExample: (index) => page.locator('#tabs [role="tab"]').nth(index).click(),
    run: () => page.locator('#run').click(),
    startLive: () => page.locator('#live-start').click(),
    stopLive: () => page.locator('#live-stop').click(),
    result: () => page.locator('#result').textContent(),
    query: () => page.locator('#query').inputValue(),
  };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Takes the token of the example's persona, else the first one; the given one without a demo. */
async function takeToken(page, tokens, example) {
  if (tokens.length) {
    const one = tokens.find(({ persona }) => persona === example.persona) || tokens[0];
    await page.locator('#persona').selectOption(one.persona);
    await until(async () => (await page.locator('#token').inputValue()) === one.token, 'the token');
    return one.token;
  }
  if (givenToken) {
    await page.locator('#token').fill(givenToken);
    await page.locator('#token').press('Enter');
  }
  return givenToken;
}

async function runFirstExample(page, ui, seen, tokens, examples) {
  const example = examples[0];
  check(!example.query.trimStart().startsWith('subscription'), 'the first example is a subscription');
  await ui.openExample(0);
  const token = await takeToken(page, tokens, example);
  check((await ui.query()).includes(example.query.trim()), 'the first example is not in the editor');
  seen.authorizations.length = 0;
  await ui.run();
  const result = await until(async () => parsed(await ui.result()), 'a JSON result');
  const text = JSON.stringify(result);
  if (token) {
    check(result.data && !result.errors, `"${example.title}" failed: ${text}`);
    check(seen.authorizations.includes(`Bearer ${token}`), 'the run did not carry the token');
  } else {
    check(result.data || result.errors, `"${example.title}" got no GraphQL answer: ${text}`);
  }
  return `"${example.title}" answered ${text.slice(0, 100)}`;
}

async function runSubscription(page, ui, seen, tokens, examples) {
  const index = examples.findIndex(({ query }) => query.trimStart().startsWith('subscription'));
  if (index < 0) {
    return 'no subscription example';
  }
  await ui.openExample(index);
  const token = await takeToken(page, tokens, examples[index]);
  if (!token) {
    return 'subscription left out, for want of a token';
  }
  await ui.startLive();
  const socket = await until(
    () => seen.sockets.find(({ received }) => received.some(({ type }) => type === 'connection_ack')),
    'a socket that the server acknowledges',
  );
  check(socket.path === '/graphql', `the socket went to ${socket.path}`);
  const init = socket.sent.find(({ type }) => type === 'connection_init');
  check(
    init && init.payload && init.payload.Authorization === `Bearer ${token}`,
    'the socket did not carry the token',
  );
  await until(() => socket.sent.some(({ type }) => type === 'subscribe'), 'the subscribe message');
  await page.waitForTimeout(SETTLE_MS);
  const refusal = socket.received.find(
    ({ type, payload }) => PROTOCOL_REFUSALS.has(type) || (type === 'next' && payload.errors),
  );
  check(!refusal, `the subscription was refused: ${JSON.stringify(refusal)}`);
  await ui.stopLive();
  return `"${examples[index].title}" opened its socket`;
}

async function use(page) {
  const origin = new URL(base);
  const tokens = (await optionalJson('/playground/tokens.json')) || [];
  const examples = (await optionalJson('/playground/examples.json')) || [];
  check(examples.length, '/playground/examples.json holds no examples');
  const seen = watch(page, origin);
  // A violation is also logged as a console error; the event names the directive.
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => {
      window.violations.push(`${event.violatedDirective}: ${event.blockedURI}`);
    });
  });

  const answer = await page.goto(new URL('/playground', base).href, { timeout: TIMEOUT_MS });
  check(answer.ok(), `/playground answered ${answer.status()}`);
  const policy = answer.headers()['content-security-policy'] || '';
  check(policy.includes("default-src 'none'"), 'the page has no strict content security policy');

  try {
    await page.locator('html[data-ready="yes"]').waitFor({ state: 'attached', timeout: TIMEOUT_MS });
  } catch {
    const shown = await page.locator('body').innerText();
    throw new Error(`the page did not start; it shows: ${shown}; console: ${seen.console.join('; ')}`);
  }
  const variant = await page.locator('html').getAttribute('data-playground');
  const ui = variant === 'full' ? fullPage(page) : smallPage(page);
  await ui.editor.waitFor({ timeout: TIMEOUT_MS });
  check((await page.locator('body').innerText()).trim().length > 100, 'the page is blank');

  const done = [
    await runFirstExample(page, ui, seen, tokens, examples),
    await runSubscription(page, ui, seen, tokens, examples),
  ];

  if (process.env.SCREENSHOT) {
    await page.screenshot({ path: process.env.SCREENSHOT, fullPage: true });
  }
  const banner = page.locator('#problem');
  check((await banner.count()) === 0, 'the page shows an error banner');
  const violations = await page.evaluate(() => window.violations);
  check(!violations.length, `the content security policy was violated: ${violations.join('; ')}`);
  check(!seen.offOrigin.length, `requests left the origin: ${seen.offOrigin.join(', ')}`);
  check(!seen.console.length, `the console shows errors: ${seen.console.join('; ')}`);
  return `${variant} page: ${done.join('; ')}`;
}

async function main() {
  check(base, 'usage: node playground.mjs <base URL> [bearer token]');
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(TIMEOUT_MS);
    return await use(page);
  } finally {
    await browser.close();
  }
}

try {
  console.log(`ok: ${await main()}`);
} catch (error) {
  console.error(`playground test failed: ${error.message}`);
  process.exitCode = 1;
}
