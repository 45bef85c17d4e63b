import { Person, same, until } from '../lib/people.mjs';

const link = (page) => page.locator('header a[href="/help"]');
const heading = (page) => page.getByRole('heading', { level: 1, name: 'Help now' });
/** The numbers that a touch would call. */
const calls = (page) => page.locator('main a[href^="tel:"]').evaluateAll((all) => all.map((one) => one.getAttribute('href')));

/** Opens the page as someone does who needs it, and looks whether it holds what they need. */
async function findsHelp(page, where) {
  await link(page).click();
  await heading(page).waitFor();
  same(`the address, ${where}`, new URL(page.url()).pathname, '/help');
  same(`the title, ${where}`, await page.title(), 'Help now · Rapport');
  // The browser of these people says that they are in Britain.
  same(`whom one can call, ${where}`, await calls(page), ['tel:999', 'tel:116123', 'tel:111']);
}

export default async function add({ check, house }) {
  await check('"Help now" is on every screen of a client, and before the log-in', async (desk) => {
    const { client } = house.nextPair();
    const context = await desk.context(house.origin, { viewport: { width: 320, height: 640 } });
    const page = await context.newPage();
    await page.goto(`${house.origin}/`);
    await page.locator('#login').waitFor();
    await findsHelp(page, 'before the log-in');
    await page.close();
    const own = await Person.logIn(context, house.origin, client);
    const home = new URL(own.page.url()).pathname;
    const chat = await own.page.locator('a[href$="/chat"]').first().getAttribute('href');
    const messages = chat.replace(/chat$/, 'messages');
    await own.page.goto(house.origin + messages);
    await own.page.locator('main li a').first().waitFor();
    const thread = await own.page.locator('main li a').first().getAttribute('href');
    for (const path of [home, chat, messages, `${messages}/new`, thread, '/with/nowhere/at/all']) {
      await own.page.goto(house.origin + path);
      await own.page.locator('h1').waitFor();
      await findsHelp(own.page, path);
      await own.page.goBack();
      await own.page.waitForURL(house.origin + path);
    }
    await own.openChat();
    await until('help beside the field of a chat, where it opens', () => own.page.locator('form a[href="/help"]').evaluate((one) => {
      const { top, bottom } = one.getBoundingClientRect();
      return scrollY > 0 && top > 0 && bottom <= innerHeight;
    }));
  });

  await check('help opens without a network after the first load, with the numbers of every country', async (desk) => {
    const { client } = house.nextPair();
    const { page, context } = await desk.person(house.origin, client);
    await page.waitForLoadState('networkidle');
    await context.setOffline(true);
    await findsHelp(page, 'offline');
    const country = page.getByLabel('Where you are');
    await country.selectOption({ label: 'Germany' });
    same('in Germany', await calls(page), ['tel:112', 'tel:110', 'tel:08001110111', 'tel:08001110222']);
    await country.selectOption({ label: 'European Union' });
    same('in the European Union', await calls(page), ['tel:112']);
    await country.selectOption({ label: 'United Kingdom' });
    same('a text with its word', await page.locator('main a[href^="sms:"]').getAttribute('href'), 'sms:85258?&body=SHOUT');
    for (const box of await page.locator('main a[href^="tel:"], main a[href^="sms:"]').evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect().height))) {
      if (box < 48) throw new Error(`a target of ${box} px is too small to be hit by a shaking hand`);
    }
  });

  await check('help opens when the server is dead, and leads back when it lives again', async (desk) => {
    const page = await (await desk.context(house.origin)).newPage();
    await page.goto(`${house.origin}/`);
    await page.locator('#login').waitFor();
    await page.waitForLoadState('networkidle');
    await house.kill();
    await findsHelp(page, 'with a dead server');
    await house.start();
    await page.getByRole('link', { name: 'Back to the start' }).click();
    await page.locator('#login').waitFor();
  });

  await check('where someone looks for help is told to nobody and does not stay on the device', async (desk) => {
    const { client } = house.nextPair();
    const { page, context } = await desk.person(house.origin, client);
    await page.waitForLoadState('networkidle');
    await page.waitForTimeout(2000); // what the first page asks of its own accord comes a little later
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname + new URL(request.url()).search));
    const ofTheServer = () => asked.filter((one) => one.startsWith('/api/'));
    await link(page).click();
    await page.getByLabel('Where you are').selectOption('NZ');
    await until('New Zealand', async () => (await calls(page))[0] === 'tel:111');
    await page.waitForLoadState('networkidle');
    same('requests', ofTheServer(), ['/api/episodes']);
    await page.reload();
    await heading(page).waitFor();
    same('after a reload', (await calls(page))[0], 'tel:111');
    same('kept for good', await page.evaluate(() => Object.keys(localStorage)), []);
    const later = await context.newPage();
    await later.goto(`${house.origin}/help`);
    await heading(later).waitFor();
    same('in a new window', (await calls(later))[0], 'tel:999');
  });

  await check('with the keyboard alone: from anywhere to help, to another country, to a number and back', async (desk) => {
    const page = await (await desk.context(house.origin)).newPage();
    await page.goto(`${house.origin}/`);
    await page.locator('#login').waitFor();
    const tabTo = async (what, selector) => {
      for (let i = 0; i < 30; i++) {
        await page.keyboard.press('Tab');
        if (await page.evaluate((one) => document.activeElement.matches(one), selector)) {
          same(`an outline on ${what}`, await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'solid');
          return;
        }
      }
      throw new Error(`Tab does not reach ${what}`);
    };
    await tabTo('help', 'header a[href="/help"]');
    await page.keyboard.press('Enter');
    await until('the focus on the heading', () => page.evaluate(() => document.activeElement.textContent === 'Help now'));
    await tabTo('the country', '#country');
    await page.keyboard.type('Germ');
    await until('Germany', async () => (await calls(page))[0] === 'tel:112');
    await tabTo('the emergency number', 'a[href="tel:112"]');
    await tabTo('someone to talk to', 'a[href="tel:08001110111"]');
    await tabTo('the way back', 'main a[href="/"]');
    await page.keyboard.press('Enter');
    await page.locator('#login').waitFor();
  });
}
