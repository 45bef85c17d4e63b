import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { newContext, Person } from '../lib/people.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const looks = [];
for (const width of [320, 1280])
  for (const colorScheme of ['light', 'dark'])
    for (const locale of ['en-GB', 'de-DE'])
      looks.push({ width, colorScheme, locale });

/** The screens that a page can be on, each with the way there. */
async function screens(visit, browser, house, look) {
  const context = () =>
    newContext(browser, house.origin, {
      locale: look.locale, colorScheme: look.colorScheme, viewport: { width: look.width, height: look.width < 600 ? 640 : 800 }
    });
  const empty = await context();
  const page = await empty.newPage();
  await page.goto(`${house.origin}/`);
  await page.locator('#login').waitFor();
  await visit('log-in', page);
  await page.locator('#login').fill('nobody');
  await page.locator('#password').fill('wrong');
  await page.locator('form button').click();
  await page.locator('#problem').waitFor();
  await visit('log-in refused', page);
  await empty.close();

  for (const login of ['therapist2', 'client2']) {
    const role = login.replace(/\d/, '');
    const own = await context();
    const someone = await Person.logIn(own, house.origin, house.account(login));
    const { page } = someone;
    await page.locator('a[href$="/chat"]').first().waitFor();
    await page.locator('details').first().locator('summary').click();
    await page.locator('footer summary').click();
    await visit(role === 'client' ? 'client home' : 'caseload', page);
    // With others' words in it: the pair has a thread of its own once the first look has been through here.
    const pair = login === 'client2' ? page.locator('section.card') : page.locator('li.card', { hasText: house.account('client2').name });
    await pair.locator('a[href$="/messages"]').click();
    await page.locator('a[href$="/new"]').waitFor();
    await page.waitForLoadState('networkidle');
    await visit(`${role} threads`, page);
    await page.locator('a[href$="/new"]').click();
    await page.locator('form button').click();
    await page.locator('#no-subject').waitFor();
    await visit(`${role} compose`, page);
    const thread = `Sleep ${look.width} ${look.colorScheme} ${look.locale}`;
    await page.locator('#subject').fill(thread);
    await page.locator('#words').fill('I slept through for the first time in weeks.\n\nI do not know yet what helped.');
    await page.locator('#words').press('Control+Enter');
    await page.getByRole('heading', { name: thread }).waitFor();
    await someone.sees('first time in weeks');
    await visit(`${role} thread`, page);
    await page.goto(page.url().replace(/messages.*/, 'chat'));
    await page.locator('.presence').waitFor();
    await page.locator('#words').fill('Not sure yet');
    await page.locator('#how + span', { hasText: /\S/ }).waitFor();
    await visit(`${role} chat`, page);
    // What cannot be sent yet, and the banner that says so.
    await page.route('**/messages', (route) => route.fulfill({
      status: 422, contentType: 'application/problem+json', body: JSON.stringify({ title: 'Unprocessable Content', code: 'x' })
    }));
    await page.locator('#words').press('Enter');
    await page.locator('.bubble .error').waitFor();
    await visit(`${role} chat refused`, page);
    await page.locator('.bubble .row button').nth(1).click();
    await page.unrouteAll();
    await page.goto(`${house.origin}/with/nowhere/at/all/else`);
    await page.locator('main a.button').waitFor();
    if (role === 'client') await visit('not found', page);
    await own.close();
  }
}

export default async function add({ check, house, browser, shots }) {
  for (const look of looks) {
    const name = `${look.width} px, ${look.colorScheme}, ${look.locale}`;
    await check(`every screen is accessible and fits: ${name}`, async () => {
      const problems = [];
      let count = 0;
      await screens(async (screen, page) => {
        count += 1;
        if (shots) await page.screenshot({ path: join(shots, `${screen.replaceAll(' ', '-')}-${look.width}-${look.colorScheme}-${look.locale.slice(0, 2)}.png`) });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (wide > 0) problems.push(`${screen}: ${wide} px too wide`);
        // The policy would refuse a foreign script, as it should; it is lifted for this one injection only.
        const session = await page.context().newCDPSession(page);
        await session.send('Page.setBypassCSP', { enabled: true });
        await page.evaluate(axe);
        await session.send('Page.setBypassCSP', { enabled: false });
        await session.detach();
        const found = await page.evaluate(() => globalThis.axe.run(document, {
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
        }));
        for (const one of found.violations) {
          problems.push(`${screen}: ${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.html).join(' | ')}`);
        }
      }, browser, house, look);
      if (count < 13) throw new Error(`only ${count} screens were seen`);
      if (problems.length) throw new Error(problems.join('\n'));
    });
  }
}
