// People at their browsers, and what we ask of every page they see.
import { chromium } from 'playwright-core';
import { Road } from './house.mjs';

const options = {
  executablePath: process.env.RAPPORT_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'
  ]
};

export const launch = () => chromium.launch(options);
export const launchInFolder = (folder, more) => chromium.launchPersistentContext(folder, { ...options, ...more });

/** Collected over all pages of a run: requests to others, errors in the console, refusals by the content policy. */
export const seen = { elsewhere: [], errors: [], requests: 0 };

// A network that we cut, a server that we kill and a log-in that has ended show in the console: that is the browser's
// own word about a failed request, not an error of the page.
const expected = [/Failed to load resource/, /WebSocket connection to .* failed/, /net::ERR_/];

export function watch(context, origin) {
  context.on('request', (request) => {
    seen.requests += 1;
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url)) seen.elsewhere.push(url);
  });
  context.on('page', (page) => {
    page.on('websocket', (socket) => {
      seen.requests += 1;
      if (!socket.url().startsWith(origin.replace('http', 'ws'))) seen.elsewhere.push(socket.url());
    });
  });
  context.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type())) return;
    const text = message.text();
    if (!expected.some((one) => one.test(text))) seen.errors.push(text);
  });
  context.on('weberror', (error) => seen.errors.push(String(error.error())));
}

/** Where a check opens browsers and roads, so that none is left behind when it ends. */
export class Desk {
  #browser;
  #open = [];

  constructor(browser) {
    this.#browser = browser;
  }

  async context(origin, more = {}) {
    const context = await this.#browser.newContext({ locale: 'en-GB', ...more });
    this.#open.push(context);
    context.setDefaultTimeout(20_000);
    watch(context, origin);
    return context;
  }

  /** Someone who has just logged in, at a device of their own. */
  async person(origin, account, more = {}) {
    return Person.logIn(await this.context(origin, more), origin, account);
  }

  async emptyHouse(house) {
    const empty = house.another();
    this.#open.push(empty);
    await empty.open({ empty: true });
    return empty;
  }

  /** A demo practice of its own, with these settings. */
  async demoHouse(house, settings) {
    const own = house.another();
    this.#open.push(own);
    await own.open({ settings });
    return own;
  }

  /** `more`: see House.openReal. */
  async realHouse(house, name, more) {
    const real = house.another();
    this.#open.push(real);
    return { real, path: await real.openReal(name, more) };
  }

  /** A demo practice of its own in which staff need a code. */
  async strictHouse(house) {
    const strict = house.another();
    this.#open.push(strict);
    await strict.open({ factor: true });
    return strict;
  }

  async road(target) {
    const road = new Road(target);
    this.#open.push(road);
    await road.open();
    return road;
  }

  async clear() {
    for (const one of this.#open.splice(0).reverse()) await one.close();
  }
}

/** One person at one device. Texts are looked up by role and name, as someone would who cannot see the page. */
export class Person {
  constructor(context, page, account, origin) {
    Object.assign(this, { context, page, account, origin });
  }

  /** `here`: the page stands at the log-in already. */
  static async logIn(context, origin, account, page = null, here = false) {
    const own = page ?? (await context.newPage());
    if (!here) await own.goto(`${origin}/`);
    await own.locator('#login').fill(account.login);
    await own.locator('#password').fill(account.password);
    await own.locator('form button').click();
    await own.locator('.out:visible').waitFor();
    await own.getByText(/^(Connected|Verbunden)$/).waitFor();
    return new Person(context, own, account, origin);
  }

  async openChat(name = null) {
    await this.page.goto(`${this.origin}/`);
    const chat = name
      ? this.page.locator('li.client', { hasText: name }).locator('a[href$="/chat"]')
      : this.page.locator('a[href$="/chat"]').first();
    await chat.click();
    await this.page.locator('#words').waitFor();
    await this.page.locator('.presence').waitFor();
  }

  async say(text) {
    await this.page.locator('#words').fill(text);
    await this.page.locator('#words').press('Enter');
  }

  /** The texts of the room, from top to bottom. */
  texts() {
    return this.page.locator('ol .bubble .text').allInnerTexts();
  }

  async sees(text, timeout = 20_000) {
    await this.page.locator('ol .bubble', { hasText: text }).first().waitFor({ timeout });
  }

  /** What stands beside one's own message about how far it has got. */
  state(text) {
    return this.page.locator('ol .bubble.mine', { hasText: text }).locator('.state');
  }

  async logOut() {
    await this.page.locator('.out:visible').click();
    await this.page.locator('#login').waitFor();
  }
}

/** Someone who asks the server itself, as their page would. */
export class Caller {
  #headers = {};

  constructor(origin, account) {
    Object.assign(this, { origin, account });
  }

  async logIn() {
    const answer = await fetch(`${this.origin}/api/login`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ login: this.account.login, password: this.account.password })
    });
    const { csrf } = await answer.json();
    this.#headers = {
      Cookie: answer.headers.getSetCookie()[0].split(';')[0], 'X-CSRF-Token': csrf, 'Content-Type': 'application/json'
    };
  }

  async ask(method, path, body) {
    const answer = await fetch(this.origin + path, {
      method, headers: this.#headers, ...(body === undefined ? {} : { body: JSON.stringify(body) })
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
}

/** A UUID of version 7, as senders make them. */
export function newId(at = Date.now()) {
  const random = crypto.randomUUID();
  const time = at.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

export async function until(what, holds, timeout = 30_000) {
  const end = Date.now() + timeout;
  let last;
  for (;;) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${timeout / 1000} s${last ? ` (${last.message})` : ''}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export function same(what, found, wanted) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what}:\n  found  ${a}\n  wanted ${b}`);
}
