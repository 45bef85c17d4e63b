import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchInFolder, Person, same, until, watch } from '../lib/people.mjs';

/** Addresses of everything that the browser keeps for this site. */
const kept = (page) => page.evaluate(async () => {
  const all = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) all.push(new URL(request.url).pathname);
  }
  return all.sort();
});
const shells = (page) => page.evaluate(() => caches.keys());
const controlled = (page) => page.evaluate(async () => Boolean((await navigator.serviceWorker.ready).active));

/** The same server with builds of another name: it stands in the worker, and in the page. */
class Front {
  build = { first: '', name: '' };
  #server;
  constructor(behind) {
    this.#server = http.createServer(async (request, response) => {
      const answer = await fetch(behind + request.url);
      const headers = Object.fromEntries([...answer.headers].filter(([name]) => !/^(content-(encoding|length)|connection|transfer-encoding)$/.test(name)));
      let body = Buffer.from(await answer.arrayBuffer());
      if (request.url === '/worker.js') body = body.toString().replace(this.build.first, this.build.name);
      if (request.url === '/') body = body.toString().replace('</body>', `<!-- ${this.build.name} --></body>`);
      response.writeHead(answer.status, headers);
      response.end(body);
    });
  }
  open() {
    return new Promise((resolve) => this.#server.listen(0, 'localhost', () => resolve(`http://localhost:${this.#server.address().port}`)));
  }
  close() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

export default async function add({ check, house, shots }) {
  const { client } = house.nextPair();

  await check('without a network the app opens, says so, and goes on by itself; nothing that the server answered is kept', async (desk) => {
    const own = await desk.person(house.origin, client);
    const { page, context } = own;
    await own.openChat();
    await own.say('Zaunkönig');
    await own.sees('Zaunkönig');
    for (const path of ['/', '/help']) await page.goto(house.origin + path);
    const chat = await (await page.goto(`${house.origin}/`), page.locator('a[href$="/chat"]').first()).getAttribute('href');
    for (const place of ['messages', 'forms', 'sessions', 'course']) {
      await page.goto(house.origin + chat.replace(/chat$/, place));
      await page.locator('h1').waitFor();
    }
    same('the worker runs', await controlled(page), true);
    const files = await kept(page);
    same('answers that are kept', files.filter((path) => path.startsWith('/api') || path === '/healthz'), []);
    same('the page is kept', files.includes('/'), true);
    for (const path of files.filter((one) => one !== '/' && one !== '/icon.svg')) {
      if (!path.startsWith('/assets/')) throw new Error(`${path} is kept`);
    }
    const words = await page.evaluate(async () => {
      let all = '';
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) all += await (await cache.match(request)).text();
      }
      return all;
    });
    same('words of a person in what is kept', words.includes('Zaunkönig'), false);

    await context.setOffline(true);
    for (const path of ['/', chat, '/help']) {
      await page.goto(house.origin + path);
      if (path === '/help') await page.getByRole('heading', { level: 1, name: 'Help now' }).waitFor();
      else await page.getByRole('alert').filter({ hasText: 'This device has no network' }).waitFor();
    }
    await page.goto(house.origin + chat);
    await page.getByRole('alert').waitFor();
    if (shots) await page.screenshot({ path: join(shots, 'offline.png') });
    await context.setOffline(false);
    await own.sees('Zaunkönig');
    await own.logOut();
    same('kept after the log-out', await kept(page), files);
  });

  await check('a page that was loaded while the server was away comes back by itself', async (desk) => {
    const { page } = await desk.person(house.origin, client);
    await controlled(page);
    await page.goto(`${house.origin}/`);
    await page.getByRole('heading', { name: /^Hello/ }).waitFor();
    await house.kill();
    await page.reload();
    await page.getByText('We keep trying; what you wrote is kept.').waitFor();
    await house.start();
    await page.getByRole('heading', { name: /^Hello/ }).waitFor({ timeout: 40_000 });
    await page.getByText('Connected', { exact: true }).waitFor();
  });

  await check('a new build is shown at the next load, whole, and takes the place of the old one', async (desk) => {
    const front = new Front(house.origin);
    const origin = await front.open();
    const update = (page) => page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
    try {
      const context = await desk.context(origin);
      const page = await context.newPage();
      await page.goto(`${origin}/`);
      await controlled(page);
      const [first] = await shells(page);
      // No page rests on the worker yet: the next one need not wait for anybody.
      front.build = { first, name: 'rapport-shell-second' };
      await update(page);
      await until('the second alone is left', async () => JSON.stringify(await shells(page)) === '["rapport-shell-second"]');

      await page.goto(`${origin}/help`);
      await page.goto(`${origin}/`);
      same('what is shown is of the build that the server has', (await page.content()).includes('rapport-shell-second'), true);
      await front.close();
      await page.goto(`${origin}/help`);
      await page.getByRole('heading', { level: 1, name: 'Help now' }).waitFor();
      same('and without the server', (await page.content()).includes('rapport-shell-second'), true);
    } finally {
      await front.close();
    }
  });

  await check('on a shared device nothing of the person’s is kept, and closing the browser is a log-out', async (desk) => {
    const folder = mkdtempSync(join(tmpdir(), 'rapport-shared-'));
    const stored = (page) => page.evaluate(async () => ({
      databases: (await indexedDB.databases()).map((one) => one.name), local: localStorage.length, session: sessionStorage.length
    }));
    const nothing = { databases: [], local: 0, session: 0 };
    try {
      const context = await launchInFolder(folder, { locale: 'en-GB' });
      watch(context, house.origin);
      const page = context.pages()[0];
      await page.goto(`${house.origin}/`);
      await page.locator('footer summary').click();
      await page.getByLabel('Appearance').selectOption('dark');
      await page.getByLabel('This is a shared device').check();
      if (shots) await page.screenshot({ path: join(shots, 'shared.png'), fullPage: true });
      const own = await Person.logIn(context, house.origin, client, page, true);
      await own.openChat();
      await own.say('Goldammer');
      await own.sees('Goldammer');
      await page.route('**/messages', (route) => route.abort());
      await own.say('Zeisig');
      await until('where it waits', async () => (await own.state('Zeisig').innerText()) === 'Waits in this page');
      await page.unrouteAll();
      await until('sent', async () => (await own.state('Zeisig').innerText()) === 'On the server');
      await page.locator('footer summary').click();
      await page.getByLabel('Appearance').selectOption('light');
      same('stored while in use', await stored(page), nothing);
      const cookies = await context.cookies();
      same('cookies, none beyond the browser', cookies.map((one) => [one.name, one.expires]).sort(),
        [['rapport_session', -1], ['rapport_shared', -1]]);
      await page.reload();
      await own.sees('Goldammer');
      await page.locator('footer summary').click();
      await page.getByLabel('Appearance').selectOption('dark');
      same('stored after a reload', await stored(page), nothing);
      await own.logOut();
      same('stored after the log-out', await stored(page), nothing);
      same('cookies after the log-out', await context.cookies(), []);

      await page.getByLabel('This is a shared device').check();
      await Person.logIn(context, house.origin, client, page, true);
      await context.close();
      const again = await launchInFolder(folder, { locale: 'en-GB' });
      watch(again, house.origin);
      await again.pages()[0].goto(`${house.origin}/`);
      await again.pages()[0].locator('#login').waitFor();
      await again.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
