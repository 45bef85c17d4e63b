// A server of our own for the time of the tests: demo practice, start, sudden death, start again on the same data.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export class House {
  #rapport;
  #child = null;
  folder = mkdtempSync(join(tmpdir(), 'rapport-browser-'));
  port = 0;
  /** Who works with whom, each once: {client, therapist}, both with login, password and name. */
  #pairs = [];
  #accounts = [];
  log = '';
  #clock = null;
  #more = [];
  #environment = { RAPPORT_SECOND_FACTOR: 'offered' };

  constructor(rapport) {
    this.#rapport = rapport;
  }

  /** With the demo practice of so many clients, or `empty`: as a server that has just been installed. `factor`: whether staff need a code. */
  async open({ empty = false, factor = false, settings = [], clients = 16 } = {}) {
    this.port = await freePort();
    if (factor) this.#environment = {};
    if (empty) return this.start();
    const told = this.#run('demo', '--data', this.#data, '--clients', String(clients), '--json');
    await this.start(settings);
    this.#accounts = JSON.parse(told).accounts;
    if (!factor) this.#pairs = await this.#findPairs(this.#accounts);
  }

  /** A real practice in which nobody is yet: answers the path of the link for its first administrator. */
  async openReal(name, { factor = false } = {}) {
    this.port = await freePort();
    if (factor) this.#environment = {};
    const told = this.#run('setup-link', '--data', this.#data, '--practice', name);
    await this.start();
    return /\/join#\S+/.exec(told)[0];
  }

  get #data() {
    return join(this.folder, 'data');
  }

  /** What a command of the program prints. */
  #run(...words) {
    return execFileSync(this.#rapport, words, { encoding: 'utf8', env: { ...process.env, ...this.#environment } });
  }

  /** A code with which this person of the demo practice logs in now. */
  demoCode(login) {
    return this.#run('demo', 'code', login, '--data', this.#data).trim();
  }

  /** Asks the server itself who is whose client, so that the people of the demo practice may change. */
  async #findPairs(accounts) {
    const known = new Map();
    const episodes = [];
    for (const account of accounts) {
      const answer = await fetch(`${this.origin}/api/login`, {
        method: 'POST', headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ login: account.login, password: account.password })
      });
      if (answer.status !== 200) throw new Error(`${account.login} cannot log in: ${answer.status} ${await answer.text()}`);
      const headers = { Cookie: answer.headers.getSetCookie()[0].split(';')[0] };
      const { account: { id }, csrf } = await answer.json();
      known.set(id, account);
      if (account.role === 'client') episodes.push(...(await (await fetch(`${this.origin}/api/episodes`, { headers })).json()).episodes);
      await fetch(`${this.origin}/api/logout`, { method: 'POST', headers: { ...headers, 'X-CSRF-Token': csrf } });
    }
    return episodes.map((one) => ({ client: known.get(one.client.id), therapist: known.get(one.therapist.id) }));
  }

  get origin() {
    return `http://localhost:${this.port}`;
  }

  /** A server of the same program with data of its own. */
  another() {
    return new House(this.#rapport);
  }

  /** A pair that nobody had before, so that no check meets the words of another. */
  nextPair() {
    const pair = this.#pairs.shift();
    if (!pair) throw new Error('the demo practice has too few pairs for these checks');
    return pair;
  }

  accountsOf(role) {
    return this.#accounts.filter((one) => one.role === role);
  }

  accountOf(name) {
    return this.#accounts.find((one) => one.name === name);
  }

  /** From its next start on the server's time is this, and stays so until it is set again; it never goes back. */
  setTime(at) {
    this.#clock = join(this.folder, 'clock');
    writeFileSync(this.#clock, new Date(at).toISOString());
  }

  /** `more`: settings beyond those of every test, kept at later starts. */
  start(more = this.#more) {
    this.#more = more;
    const child = spawn(this.#rapport, [
      'serve', '--data', this.#data, '--listen', `localhost:${this.port}`,
      // Many log-ins from one address are what a test does and a person does not.
      '--limits-log-ins-per-minute', '0',
      ...more,
      ...(this.#clock ? ['--clock', this.#clock] : [])
    ], { env: { ...process.env, ...this.#environment } });
    this.#child = child;
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`the server does not start:\n${this.log}`)), 60_000);
      const hear = (text) => {
        this.log += text;
        if (!String(text).includes('Rapport is running at')) return;
        clearTimeout(limit);
        resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.on('exit', (code) => {
        clearTimeout(limit);
        reject(new Error(`the server ended with ${code}:\n${this.log}`));
      });
    });
  }

  /** As when the power fails: nothing is finished, nothing is flushed. */
  kill(signal = 'SIGKILL') {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      child.on('exit', resolve);
      child.kill(signal);
    });
  }

  async close() {
    await this.kill('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Stands between browser and server: it can break every connection, or let them hang in silence. */
export class Road {
  #server;
  #pairs = new Set();
  #state = 'open';
  port = 0;

  constructor(target) {
    this.#server = net.createServer((near) => {
      if (this.#state === 'cut') return near.destroy();
      const far = net.connect(target, '127.0.0.1');
      const pair = { near, far };
      this.#pairs.add(pair);
      const end = () => {
        near.destroy();
        far.destroy();
        this.#pairs.delete(pair);
      };
      for (const [from, to] of [[near, far], [far, near]]) {
        // What is said into the silence is lost for good, as on a network that is gone.
        from.on('data', (data) => {
          if (this.#state === 'open' && !pair.lost) to.write(data);
          else pair.lost = true;
        });
        from.on('close', end);
        from.on('error', end);
      }
    });
  }

  async open() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = this.#server.address().port;
  }

  get origin() {
    return `http://localhost:${this.port}`;
  }

  cut() {
    this.#state = 'cut';
    for (const { near, far } of this.#pairs) {
      near.destroy();
      far.destroy();
    }
  }

  swallow() {
    this.#state = 'silent';
  }

  mend() {
    this.#state = 'open';
  }

  close() {
    this.cut();
    this.#server.close();
  }
}
