/*
 * Servers under load: started here on loopback, each on a database of its own, and ended here.
 *
 *   SAFEPACT_BIN            the binary; target/release/safepact where it is not set
 *   SAFEPACT_TEST_POSTGRES  a PostgreSQL in which databases may be made (with psql) and dropped
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { each, ensure, pause } from './lib.mjs';

const run = promisify(execFile);
const BINARY = resolve(process.env.SAFEPACT_BIN || fileURLToPath(new URL('../../target/release/safepact', import.meta.url)));
const POSTGRES = process.env.SAFEPACT_TEST_POSTGRES || 'postgres://postgres@127.0.0.1:5432/postgres';
const START_MS = 60_000;
const STOP_MS = 20_000;
/** Lines of a log that are shown when something goes wrong. */
const LAST_LINES = 8;

const running = new Set();
const places = new Set();
// However this process ends, no server outlives it.
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
['SIGINT', 'SIGTERM'].forEach((signal) => process.once(signal, async () => {
  await Promise.allSettled([...places].map((place) => place.leave()));
  process.exit(1);
}));

const psql = (statement, url = POSTGRES) => run('psql', ['--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1', '--command', statement, url]);

/** A node. */
export class Server {
  constructor(child, url, log) {
    this.child = child;
    this.url = url;
    this.log = log;
    child.once('exit', () => running.delete(child));
  }

  get pid() {
    return this.child.pid;
  }

  /** Resident memory now, and the most since `forgetPeak`, in MiB. */
  memory() {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    const mebibytes = (name) => Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))[1]) / 1024;
    return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') };
  }

  /** From now on, `memory().peak` speaks of what comes. */
  forgetPeak() {
    writeFileSync(`/proc/${this.pid}/clear_refs`, '5');
  }

  /** Seconds of processor time used so far. */
  processor() {
    // The name in brackets may hold blanks; what follows it is split. A tick is a hundredth of a second.
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ').pop().split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  freeze() {
    this.child.kill('SIGSTOP');
  }

  thaw() {
    this.child.kill('SIGCONT');
  }

  /** What it complained of, each complaint once, whatever the numbers in it. */
  complaints() {
    const lines = readFileSync(this.log, 'utf8').split('\n').filter((line) => /\b(WARN|ERROR)\b|panicked/.test(line));
    const plain = lines.map((line) => line.replace(/\u001b\[[0-9;]*m/g, '').replace(/^\S+\s+/, ''));
    return { count: lines.length, kinds: [...new Set(plain.map((line) => line.replace(/\d+(\.\d+)?/g, '#').slice(0, 240)))] };
  }

  lastWords() {
    return readFileSync(this.log, 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n');
  }

  async end() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) {
      return;
    }
    const ended = once(this.child, 'exit');
    this.child.kill('SIGCONT');
    this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(late);
  }
}

/** A folder, a database and the nodes that share them. */
export class Place {
  static async make(kind) {
    ensure(['sqlite', 'postgres'].includes(kind), `a database is sqlite or postgres, not ${kind}`);
    const place = new Place();
    places.add(place);
    place.folder = mkdtempSync(join(tmpdir(), 'safepact-load-'));
    place.nodes = [];
    if (kind === 'sqlite') {
      place.databaseUrl = `sqlite:${join(place.folder, 'safepact.sqlite')}`;
    } else {
      place.database = `safepact_load_${process.pid}_${Date.now()}`;
      await psql(`CREATE DATABASE ${place.database}`);
      place.databaseUrl = POSTGRES.replace(/\/[^/]*$/, `/${place.database}`);
    }
    return place;
  }

  get environment() {
    return {
      ...process.env,
      SAFEPACT_LOG: process.env.SAFEPACT_LOG || 'warn',
      SAFEPACT_DATABASE_URL: this.databaseUrl,
      SAFEPACT_ISSUER_KEY: join(this.folder, 'issuer.key'),
    };
  }

  /** Starts a node; the first one fills the database with demo data. */
  async start(environment = {}) {
    const log = join(this.folder, `node-${this.nodes.length}.log`);
    const file = openSync(log, 'w');
    const demo = this.nodes.length === 0 ? ['--demo'] : [];
    const child = spawn(BINARY, ['serve', ...demo, '--listen', '127.0.0.1:0'], {
      cwd: this.folder,
      env: { ...this.environment, ...environment },
      stdio: ['ignore', 'pipe', file],
    });
    closeSync(file);
    running.add(child);
    let failed;
    child.once('error', (error) => { failed = error; });
    let said = '';
    child.stdout.on('data', (bytes) => { said += bytes; });
    for (const began = Date.now(); ;) {
      const found = said.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found) {
        const server = new Server(child, found[0], log);
        this.nodes.push(server);
        return server;
      }
      if (failed || child.exitCode !== null || Date.now() - began > START_MS) {
        throw new Error(`${BINARY} did not start: ${failed?.message || readFileSync(log, 'utf8').trim()}`);
      }
      await pause(20);
    }
  }

  /** Runs another command of the binary on the same database. */
  async command(...words) {
    const { stdout } = await run(BINARY, words, { cwd: this.folder, env: this.environment, maxBuffer: 1 << 26 });
    return stdout.trim();
  }

  /** Tokens of some subjects, in their order. */
  tokens(subjects) {
    return each(subjects, 4, (subject) => this.command('token', '--as', subject));
  }

  /** Counts the rows for the planner now, and not when the database comes round to it. */
  async analyze() {
    if (this.database) {
      await psql('ANALYZE', this.databaseUrl);
    }
  }

  async leave() {
    places.delete(this);
    await Promise.all(this.nodes.map((node) => node.end()));
    if (this.database) {
      await psql(`DROP DATABASE IF EXISTS ${this.database} WITH (FORCE)`);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A place for the time of a measurement; it is left whatever happens. */
export async function at(kind, measure) {
  const place = await Place.make(kind);
  try {
    return await measure(place);
  } catch (error) {
    place.nodes.forEach((node, number) => console.error(`node ${number} said last:\n${node.lastWords()}`));
    throw error;
  } finally {
    await place.leave();
  }
}
