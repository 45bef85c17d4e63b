import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { Person } from '../lib/people.mjs';

// Each language takes the accessibility of two looks, so that both together see each width in each colour scheme, and
// each language both widths and both schemes. Whether the screen fits is asked in all of them.
const looks = [
  { width: 320, colorScheme: 'light', measuredIn: 'en-GB' },
  { width: 320, colorScheme: 'dark', measuredIn: 'de-DE' },
  { width: 1280, colorScheme: 'light', measuredIn: 'de-DE' },
  { width: 1280, colorScheme: 'dark', measuredIn: 'en-GB' }
];

/** The screens that a page can be on, each with the way there. */
async function screens(visit, desk, house, pair, locale) {
  // Without motion, so that colours do not fade from one look to the next while they are measured.
  const context = () => desk.context(house.origin, { locale, viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' });
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
  await page.locator('header a[href="/help"]').click();
  await page.locator('a[href^="tel:"]').first().waitFor();
  await visit('help', page);
  await empty.close();

  for (const role of ['therapist', 'client']) {
    const own = await context();
    const someone = await Person.logIn(own, house.origin, pair[role]);
    const { page } = someone;
    await page.locator('a[href$="/chat"]').first().waitFor();
    await page.locator('details').first().locator('summary').click();
    await page.locator('footer summary').click();
    await visit(role === 'client' ? 'client home' : 'caseload', page);
    const card = role === 'client' ? page.locator('section.card') : page.locator('li.client', { hasText: pair.client.name });
    await card.locator('a[href$="/messages"]').click();
    await page.locator('a[href$="/new"]').waitFor();
    await page.waitForLoadState('networkidle');
    await visit(`${role} threads`, page);
    await page.locator('a[href$="/new"]').click();
    await page.locator('main form button.main').click();
    await page.locator('#no-subject').waitFor();
    await visit(`${role} compose`, page);
    const thread = `Sleep ${locale}`;
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
    await sessionScreens(visit, page, role);
    await page.goto(`${house.origin}/with/nowhere/at/all/else`);
    await page.locator('main a.button').waitFor();
    if (role === 'client') await visit('not found', page);
    await page.locator('header a[href="/help"]').click();
    await page.getByRole('combobox', { name: locale === 'de-DE' ? 'Wo Sie sind' : 'Where you are' }).selectOption('GB');
    if (role === 'client') await page.locator('main strong', { hasText: pair.therapist.name }).waitFor();
    await visit(`${role} help`, page);
    await own.close();
  }
}

/** The list, the form and one session; the therapist begins it, so that the client's turn shows an open one. */
async function sessionScreens(visit, page, role) {
  // The other language's turn left one open.
  const end = page.locator('.bar .row button');
  if (role === 'therapist' && (await end.count())) {
    await end.click();
    await page.locator('.sure button:not(.main)').click();
    await page.locator('.bar a[href$="/sessions/new"]').waitFor();
  }
  await page.getByRole('link', { name: /^(Sessions|Sitzungen)$/ }).click();
  await page.waitForLoadState('networkidle');
  if (role === 'therapist') {
    await page.locator('a[href$="/sessions/new"]').click();
    await page.locator('form button.main').click();
    await page.locator('#no-when').waitFor();
    await visit('therapist plan', page);
    await page.locator('#day').fill(new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10));
    await page.locator('#time').fill('15:00');
    await page.locator('form button.main').click();
  } else {
    await page.locator('main ul a').first().click();
  }
  await page.locator('#point').fill('The week with the night shifts');
  await page.locator('#point').press('Enter');
  await page.locator('main ol li').first().waitFor();
  await page.waitForLoadState('networkidle');
  await visit(`${role} session`, page);
  const chat = page.url().replace(/sessions.*/, 'chat');
  if (role === 'therapist') {
    await page.locator('main .row button.main').click();
    await visit('therapist begins', page);
    await page.locator('.sure button:not(.main)').click();
    await page.locator('.about .badge').waitFor();
  }
  await page.goto(chat);
  await page.locator('.bar a').waitFor();
  await page.waitForLoadState('networkidle');
  await visit(`${role} session in the chat`, page);
  await page.locator('nav a[href$="/sessions"]').click();
  await page.locator('main ul a').first().waitFor();
  await visit(`${role} sessions`, page);
  await page.goto(new URL('/', page.url()).href);
  await page.locator('a[href$="/chat"]').first().waitFor();
  await page.waitForLoadState('networkidle');
  await visit(`${role} home with a session`, page);
}

/** A server that has just been installed, and one that is gone. */
async function screensWithoutPeople(visit, desk, house, locale) {
  const empty = await desk.emptyHouse(house);
  const road = await desk.road(empty.port);
  const context = await desk.context(road.origin, { locale, viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(`${road.origin}/`);
  await page.locator('code').first().waitFor();
  await visit('empty practice', page);
  road.cut();
  await page.locator('main button').click();
  await page.locator('main .error').waitFor();
  await visit('server gone', page);
  await page.locator('header a[href="/help"]').click();
  await page.locator('a[href^="tel:"]').first().waitFor();
  await visit('help, server gone', page);
  await page.goBack();
  road.mend();
  await page.locator('main button').click();
  await page.locator('code').first().waitFor();
}

export default async function add({ check, house, shots }) {
  const pair = house.nextPair();
  for (const locale of ['en-GB', 'de-DE']) {
    await check(`every screen is accessible and fits, narrow and wide, light and dark: ${locale}`, async (desk) => {
      const problems = [];
      let count = 0;
      const visit = async (screen, page) => {
        count += 1;
        for (const { width, colorScheme, measuredIn } of looks) {
          await page.setViewportSize({ width, height: width < 600 ? 640 : 800 });
          await page.emulateMedia({ colorScheme });
          if (shots) await page.screenshot({ path: join(shots, `${screen.replaceAll(' ', '-')}-${width}-${colorScheme}-${locale.slice(0, 2)}.png`) });
          const found = measuredIn === locale ? await barriers(page) : [];
          for (const letters of ['100%', '200%']) {
            await page.evaluate((size) => { document.documentElement.style.fontSize = size; }, letters);
            const wide = await excess(page);
            if (wide > 0) found.push(`${wide} px too wide with letters of ${letters}`);
          }
          await page.evaluate(() => { document.documentElement.style.fontSize = ''; });
          for (const problem of found) problems.push(`${screen}, ${width} px, ${colorScheme}: ${problem}`);
        }
      };
      await screens(visit, desk, house, pair, locale);
      await screensWithoutPeople(visit, desk, house, locale);
      if (count < 28) throw new Error(`only ${count} screens were seen`);
      if (problems.length) throw new Error(problems.join('\n'));
    });
  }
}
