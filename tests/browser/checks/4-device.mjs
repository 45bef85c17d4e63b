import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchInFolder, Person, same, until, watch } from '../lib/people.mjs';

/** Files of a folder that hold the words in the clear, in either of the encodings a browser writes. */
function filesWith(folder, words) {
  const wide = [...words].map((one) => `${one}\\x00`).join('');
  const grep = (args) => {
    try {
      return execFileSync('grep', ['-rla', ...args, folder], { encoding: 'utf8' }).trim().split('\n');
    } catch (error) {
      if (error.status === 1) return [];
      throw error;
    }
  };
  return [...grep(['-F', words]), ...grep(['-P', wide])];
}

const databases = (page) => page.evaluate(async () => (await indexedDB.databases()).map((one) => one.name));

export default async function add({ check, house }) {
  const { client } = house.nextPair();
  const { client: other } = house.nextPair();

  await check('the profile on disk never holds what was written or read in the clear; log-out empties the storage', async (desk) => {
    const folder = mkdtempSync(join(tmpdir(), 'rapport-profile-'));
    const road = await desk.road(house.port);
    try {
      const context = await launchInFolder(folder, { locale: 'en-GB' });
      watch(context, road.origin);
      const someone = await Person.logIn(context, road.origin, client, context.pages()[0]);
      await someone.openChat();
      await someone.say('Zitronenfalter eins');
      await someone.sees('Zitronenfalter eins');
      await until('sent', async () => (await someone.state('eins').innerText()) !== 'Kept on this device');
      road.cut();
      await someone.say('Zitronenfalter zwei');
      await until('kept', async () => (await someone.state('zwei').innerText()) === 'Kept on this device');
      await someone.page.locator('#words').fill('Zitronenfalter drei');
      await someone.page.waitForTimeout(1500);
      same('the storage in use', await databases(someone.page), ['rapport-outbox']);
      await context.close();
      same('in the clear after use', filesWith(folder, 'Zitronenfalter'), []);
      // The search itself must be able to find something.
      if (filesWith(folder, 'rapport-outbox').length === 0) throw new Error('the storage was not found in the profile');

      road.mend();
      const again = await launchInFolder(folder, { locale: 'en-GB' });
      watch(again, road.origin);
      const page = again.pages()[0];
      await page.goto(`${road.origin}/`);
      // A cookie of a session ends with the browser; if it does not, the person is still logged in.
      await page.locator('#login, .out:visible').first().waitFor();
      const back = (await page.locator('#login').count())
        ? await Person.logIn(again, road.origin, client, page)
        : new Person(again, page, client, road.origin);
      await back.openChat();
      await until('sent after the return', async () => {
        const state = await back.state('zwei').innerText();
        return state !== 'Kept on this device' && state !== 'Being sent …';
      });
      await back.logOut();
      await page.getByText('You are logged out.').waitFor();
      same('storage after log-out', await databases(page), []);
      same('local storage', await page.evaluate(() => Object.keys(localStorage)), []);
      await again.close();
      same('in the clear after log-out', filesWith(folder, 'Zitronenfalter'), []);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  await check('logging out with words that have not been sent asks first, and then leaves nothing', async (desk) => {
    const road = await desk.road(house.port);
    const context = await desk.context(road.origin);
    const someone = await Person.logIn(context, road.origin, client);
    await someone.openChat();
    await someone.page.route('**/messages', (route) => route.abort());
    await someone.say('never to be sent');
    await until('kept', async () => (await someone.state('never').innerText()) === 'Kept on this device');
    await someone.page.locator('.out:visible').click();
    await someone.page.getByText('One message has not reached the server yet.').waitFor();
    await someone.page.getByRole('button', { name: 'Stay' }).click();
    await someone.page.locator('.out:visible').click();
    await someone.page.getByRole('button', { name: 'Log out and delete' }).click();
    await someone.page.locator('#login').waitFor();
    same('storage', await databases(someone.page), []);
  });

  await check('logging out saves the last words first, and asks when they cannot be saved', async (desk) => {
    const someone = await desk.person(house.origin, client);
    await someone.openChat();
    await someone.page.locator('#words').fill('in the last second');
    await someone.page.locator('.out:visible').click();
    await someone.page.locator('#login').waitFor();
    const again = await desk.person(house.origin, client);
    await again.openChat();
    await until('the draft', async () => (await again.page.locator('#words').inputValue()) === 'in the last second');
    await again.page.route('**/draft', (route) => route.abort());
    await again.page.locator('#words').fill('in the last second, more');
    await again.page.locator('.out:visible').click();
    await again.page.getByText('What you are writing could not be saved.').waitFor();
    await again.page.getByRole('button', { name: 'Stay' }).click();
    same('still here', await again.page.locator('#words').inputValue(), 'in the last second, more');
    await again.page.unrouteAll();
    await again.page.locator('#words').fill('');
    await again.page.waitForTimeout(1500);
  });

  await check('a log-in that ends elsewhere leads to the log-in with a kind sentence; what waits is sent afterwards', async (desk) => {
    const context = await desk.context(house.origin);
    const someone = await Person.logIn(context, house.origin, client);
    await someone.openChat();
    await someone.page.route('**/messages', (route) => route.abort());
    await someone.say('over the end of a log-in');
    await until('kept', async () => (await someone.state('over the end').innerText()) === 'Kept on this device');
    // Half a thought that the server never got.
    await someone.page.route('**/draft', (route) => route.abort());
    await someone.page.locator('#words').fill('and half a thought');
    await someone.page.getByText('Draft not saved yet').waitFor();
    // The session ends without this page being told by anything but the line.
    const [cookie] = await context.cookies();
    const headers = { Cookie: `${cookie.name}=${cookie.value}` };
    const { csrf } = await (await fetch(`${house.origin}/api/session`, { headers })).json();
    await fetch(`${house.origin}/api/logout`, { method: 'POST', headers: { ...headers, 'X-CSRF-Token': csrf } });
    await someone.page.getByText('Your log-in has ended.').waitFor();
    same('the storage stays', await databases(someone.page), ['rapport-outbox']);
    await someone.page.unrouteAll();
    await someone.page.locator('#login').fill(client.login);
    await someone.page.locator('#password').fill(client.password);
    await someone.page.locator('form button').click();
    await someone.sees('over the end of a log-in');
    await until('sent', async () => (await someone.state('over the end').innerText()) === 'On the server');
    same('what was being written', await someone.page.locator('#words').inputValue(), 'and half a thought');
    await someone.page.locator('#words').fill('');
  });

  await check('two windows of one browser: both send, both see everything, log-out in one ends the other', async (desk) => {
    const context = await desk.context(house.origin);
    const first = await Person.logIn(context, house.origin, client);
    const second = new Person(context, await context.newPage(), client, house.origin);
    await first.openChat();
    await second.openChat();
    // What was said before may still be on its way to the page: only these eight count.
    const ours = async (person) => (await person.texts()).filter((text) => /^(one|two) [1-4]$/.test(text)).sort();
    for (let i = 1; i <= 4; i++) {
      await first.say(`one ${i}`);
      await second.say(`two ${i}`);
    }
    await until('both see eight', async () =>
      (await ours(first)).length === 8 && (await ours(second)).length === 8 &&
      (await first.page.locator('.waits').count()) === 0);
    same('each once', await ours(first), ['one 1', 'one 2', 'one 3', 'one 4', 'two 1', 'two 2', 'two 3', 'two 4']);
    same('both show the same', await first.texts(), await second.texts());
    await first.logOut();
    await second.page.getByText('You logged out in another window.').waitFor();
    same('storage', await databases(second.page), []);
    // Someone else logs in in the first window; the second one must not go on as the person before.
    await first.page.locator('#login').fill(other.login);
    await first.page.locator('#password').fill(other.password);
    await first.page.locator('form button').click();
    await second.page.getByRole('heading', { name: `Hello ${other.name}` }).waitFor();
    same('nothing of the first person', await second.page.locator('ol .bubble', { hasText: 'one 1' }).count(), 0);
  });

  await check('a device that stores nothing still sends', async (desk) => {
    const context = await desk.context(house.origin);
    await context.addInitScript(() => {
      Object.defineProperty(globalThis, 'indexedDB', { value: { open: () => ({}), deleteDatabase: () => ({}), databases: async () => [] } });
    });
    const someone = await Person.logIn(context, house.origin, client);
    await someone.openChat();
    await someone.say('from memory');
    await until('sent', async () => ['On the server', 'Delivered'].includes(await someone.state('from memory').innerText()));
    await someone.page.getByText('This browser keeps nothing on this device.').waitFor();
    // Nobody is told then that this device keeps what is sent without a network.
    await context.setOffline(true);
    await someone.page.getByText('Not connected. What you send waits in this page').waitFor();
    await context.setOffline(false);
    await someone.page.getByText('Connected', { exact: true }).waitFor();
    await someone.logOut();
  });

  await check('language and appearance follow the browser and can be changed; dates and titles say the right thing', async (desk) => {
    const context = await desk.context(house.origin, { locale: 'de-DE', colorScheme: 'dark' });
    const someone = await Person.logIn(context, house.origin, client);
    same('language', await someone.page.evaluate(() => document.documentElement.lang), 'de');
    const dark = await someone.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    await someone.openChat();
    same('title', await someone.page.title(), 'Chat · Rapport');
    await someone.page.getByText('Nur Sie und').waitFor();
    await someone.page.locator('footer summary').click();
    await someone.page.locator('#theme').selectOption('light');
    const light = await someone.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    if (dark === light) throw new Error(`the appearance stays ${dark}`);
    await someone.page.locator('#locale').selectOption('en');
    await someone.page.getByRole('button', { name: 'Log out' }).waitFor();
    await someone.page.reload();
    await someone.page.getByRole('button', { name: 'Log out' }).waitFor();
    same('kept', await someone.page.evaluate(() => document.documentElement.dataset.theme), 'light');
  });
}
