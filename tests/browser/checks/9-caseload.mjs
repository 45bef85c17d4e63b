import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { Caller, newId, same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' };
const desk = { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' };

export default async function add({ check, house, shots }) {
  const pair = house.nextPair();
  const picture = async (name, page) => {
    if (shots) await page.screenshot({ path: join(shots, `caseload-${name}.png`), fullPage: true });
  };
  const names = (page) => page.locator('li.client h3').allTextContents();
  const caseload = async (place, look = desk) => {
    const someone = await place.person(house.origin, pair.therapist, look);
    await someone.page.locator('li.client').first().waitFor();
    return someone;
  };
  const write = async (text) => {
    const near = new Caller(house.origin, pair.client);
    await near.logIn();
    const [{ chat_room }] = (await near.ask('GET', '/api/episodes')).episodes;
    await near.ask('POST', `/api/rooms/${chat_room}/messages`, { id: newId(), text });
  };

  await check('the caseload says in words who needs the therapist and why, whoever needs them most first', async (place) => {
    await write('Can we talk about last night?');
    const { page } = await caseload(place);
    const own = page.locator('li.client', { hasText: pair.client.name });
    await own.locator('.why').getByText(/unread message/).waitFor();
    const told = await page.evaluate(async () => (await (await fetch('/api/caseload')).json()).clients.map((one) => one.client.name));
    same('in the order of the server', await names(page), told);
    same('a reason is a sentence', (await page.locator('.why > li').allTextContents()).every((one) => one.length > 8), true);
  });

  await check('the keyboard comes to the next client in a few steps, and to every way of one by the arrow keys', async (place) => {
    const { page } = await caseload(place);
    const own = page.locator('li.client', { hasText: pair.client.name });
    await own.getByRole('heading').getByRole('link').focus();
    const ways = own.getByRole('toolbar').getByRole('link');
    const focused = () => page.evaluate(() => document.activeElement.getAttribute('href'));
    for (let stops = 0; !(await focused())?.endsWith('/chat'); stops++) {
      if (stops > 3) throw new Error('too many stops before the ways');
      await page.keyboard.press('Tab');
    }
    for (const name of ['Messages', 'Forms', 'Sessions', 'Course', 'Chat']) {
      await page.keyboard.press('ArrowRight');
      same('the way', (await page.evaluate(() => document.activeElement.textContent)).split(':')[0], name);
    }
    await page.keyboard.press('End');
    same('the last one', await ways.last().evaluate((one) => one === document.activeElement), true);
    await page.keyboard.press('Tab');
    same('one stop, then on', await page.evaluate(() => document.activeElement.tagName), 'SUMMARY');
  });

  await check('nobody moves in the caseload under the finger until one sorts it again', async (place) => {
    const { page } = await caseload(place);
    await page.mouse.move(300, 300);
    await page.keyboard.press('Shift');
    const before = await names(page);
    const hers = new Caller(house.origin, pair.therapist);
    await hers.logIn();
    const { clients } = await hers.ask('GET', '/api/caseload');
    const quiet = clients.findLast((one) => one.reasons.length === 0 || one.reasons[0].kind !== 'session_open');
    const session = newId();
    await hers.ask('POST', `/api/episodes/${quiet.episode}/encounters`, { id: session, start: new Date(Date.now() + 60_000).toISOString(), minutes: 50, channel: 'chat' });
    await hers.ask('POST', `/api/encounters/${session}/open`);
    await page.locator('li.client', { hasText: quiet.client.name }).getByText(/is open/).waitFor();
    same('everybody where they were', await names(page), before);
    await page.getByRole('button', { name: 'Sort again' }).click();
    await until('the open session first', async () => (await names(page))[0] === quiet.client.name);
    await hers.ask('POST', `/api/encounters/${session}/close`);
  });

  await check('the filter and the place are kept when one comes back to the caseload', async (place) => {
    const { page } = await caseload(place, { viewport: { width: 800, height: 400 }, reducedMotion: 'reduce' });
    const last = (await names(page)).at(-1);
    const link = page.getByRole('link', { name: last, exact: true });
    await link.evaluate((one) => one.scrollIntoView({ block: 'center' }));
    await page.waitForTimeout(300);
    const before = await link.evaluate((one) => ({ top: one.getBoundingClientRect().top, scrolled: scrollY }));
    if (before.scrolled < 200) throw new Error('the list is too short to lose one\'s place in');
    await link.click();
    await page.getByRole('heading', { name: last, level: 1 }).waitFor();
    await page.goBack();
    await page.locator('li.client').first().waitFor();
    const off = async () => (await link.evaluate((one) => one.getBoundingClientRect().top)) - before.top;
    await until('the place', async () => Math.abs(await off()) < 24, 8000).catch(async (error) => { throw new Error(`${error.message}: off by ${await off()} px`); });
    await page.getByRole('searchbox').fill(last.slice(0, 4));
    await page.getByText(/^\d+ of \d+ shown$/).waitFor();
    const found = await names(page);
    same('only those of that name', found.every((one) => one.toLowerCase().includes(last.slice(0, 4).toLowerCase())), true);
    await page.getByRole('link', { name: found[0], exact: true }).click();
    await page.getByRole('heading', { name: found[0], level: 1 }).waitFor();
    await page.getByRole('link', { name: /Your clients/ }).click();
    await page.locator('li.client').first().waitFor();
    same('the filter', await page.getByRole('searchbox').inputValue(), last.slice(0, 4));
    same('those of that name again', await names(page), found);
  });

  await check('one client in one look: course, sessions, messages and notes', async (place) => {
    const { page } = await caseload(place);
    await page.getByRole('link', { name: pair.client.name, exact: true }).click();
    await page.getByRole('heading', { name: pair.client.name, level: 1 }).waitFor();
    for (const name of ['Course', 'Sessions', 'Messages', /My notes/]) await page.getByRole('heading', { name, level: 2 }).waitFor();
    await page.waitForLoadState('networkidle');
    await picture('overview-desk', page);
    await page.locator('main section').getByRole('link', { name: 'Sessions' }).click();
    await page.getByRole('heading', { name: /^Sessions with/ }).waitFor();
    const { page: near } = await place.person(house.origin, pair.client, phone);
    await near.goto(page.url().replace(/\/sessions$/, ''));
    await near.getByText('not found', { exact: false }).or(near.getByRole('heading', { level: 1 })).first().waitFor();
    same('which is for therapists', await near.getByRole('heading', { name: 'Course', level: 2 }).count(), 0);
  });

  await check('a client downloads their record, and reads in it what they wrote and who looked', async (place) => {
    await write('A sentence for the record');
    const { page } = await place.person(house.origin, pair.client, { ...phone, locale: 'en-GB', timezoneId: 'Europe/Berlin' });
    await page.getByRole('link', { name: 'Your record' }).click();
    await page.getByRole('heading', { name: 'Your record' }).waitFor();
    await picture('record-phone', page);
    for (const [button, ending] of [[/to read or print/, 'html'], [/for programs/, 'json']]) {
      const waits = page.waitForEvent('download');
      await page.getByRole('button', { name: button }).click();
      const file = await waits;
      same('its name says nothing', /^record-\d{4}-\d\d-\d\d\.(html|json)$/.test(file.suggestedFilename()), true);
      same('its kind', file.suggestedFilename().endsWith(ending), true);
      const text = readFileSync(await file.path(), 'utf8');
      for (const words of ['A sentence for the record', pair.therapist.name]) {
        if (!text.includes(words)) throw new Error(`${ending} lacks "${words}"`);
      }
      if (ending === 'html') {
        const times = [...text.matchAll(/<time datetime="([^"]+)">([^<]+)</g)];
        same('times of Berlin, and all of them', [text.includes('(Europe/Berlin).'), times.length > 10], [true, true]);
        const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Europe/Berlin' });
        same('as the clock there shows', times.filter(([, iso, told]) => !told.endsWith(`, ${clock.format(new Date(iso))}`)), []);
        for (const view of [desk, phone]) {
          const shown = await (await place.context(house.origin, view)).newPage();
          await shown.setContent(text);
          same('barriers', await barriers(shown), []);
          same('too wide', await excess(shown), 0);
          await picture(`record-file-${view.viewport.width}`, shown);
        }
      }
      await page.getByText(/^Done:/).waitFor();
    }
  });

  await check('caseload, client and record are accessible and fit: 320 px and wide, light and dark, letters of 200 %', async (place) => {
    const problems = [];
    const look = async (what, page) => {
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        for (const colorScheme of ['light', 'dark']) {
          await page.emulateMedia({ colorScheme });
          for (const problem of await barriers(page)) problems.push(`${what} ${width} ${colorScheme}: ${problem}`);
          await picture(`${what}-${width}-${colorScheme}`, page);
        }
        if ((await excess(page)) > 0) problems.push(`${what}: ${width} px is too wide`);
        await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
        if ((await excess(page)) > 0) problems.push(`${what}: ${width} px is too wide with large letters`);
        await page.evaluate(() => { document.documentElement.style.fontSize = ''; });
      }
    };
    const { page } = await caseload(place);
    await look('list', page);
    await page.getByRole('link', { name: pair.client.name, exact: true }).click();
    await page.locator('svg .mark').first().waitFor();
    await look('overview', page);
    const { page: near } = await place.person(house.origin, pair.client, phone);
    await near.getByRole('link', { name: 'Your record' }).click();
    await near.getByRole('heading', { name: 'Your record' }).waitFor();
    await look('record', near);
    if (problems.length > 0) throw new Error(problems.join('\n'));
  });
}
