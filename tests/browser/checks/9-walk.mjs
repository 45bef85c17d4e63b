import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' };

export default async function add({ check, house, shots }) {
  const picture = async (name, page, fullPage = false) => {
    same(`${name}: too wide by`, await excess(page), 0);
    same(`${name}: barriers`, await barriers(page), []);
    if (shots) await page.screenshot({ path: join(shots, `walk-${name}.png`), fullPage });
  };

  for (const locale of ['en-GB', 'de-DE']) {
    const language = locale.slice(0, 2);
    await check(`the row of a client's pages says on a phone where it goes on (${language})`, async (place) => {
      const { therapist, client } = house.nextPair();
      const { page } = await place.person(house.origin, therapist, { ...phone, locale });
      await page.locator('li.client', { hasText: client.name }).locator('a[href$="/forms"]').click();
      const frame = page.locator('nav .frame');
      await until('more after it or before it', () => frame.evaluate((one) => one.classList.contains('after') || one.classList.contains('before')));
      const first = page.locator('nav .ways a').first();
      await first.focus();
      same('what the focus is on stands clear of the fading', await frame.evaluate((one) => one.classList.contains('before')), false);
      same('it goes on to the right', await frame.evaluate((one) => one.classList.contains('after') && getComputedStyle(one, '::after').display === 'flex'), true);
      await picture(`row-first-${language}`, page);
      await page.locator('nav .ways a').last().focus();
      same('and then to the left', await frame.evaluate((one) => [one.classList.contains('before'), one.classList.contains('after')]), [true, false]);
      await picture(`row-last-${language}`, page);
      await page.setViewportSize({ width: 1100, height: 900 });
      await until('all of it on a wide screen', () => frame.evaluate((one) => !one.classList.contains('before') && !one.classList.contains('after')));
    });
  }

  await check('what is said of a wrong password is not covered by the bar of the demo', async (place) => {
    const context = await place.context(house.origin, { ...phone, viewport: { width: 360, height: 420 } });
    const page = await context.newPage();
    await page.goto(house.origin);
    await page.locator('#login').fill('nobody');
    await page.locator('#password').fill('not the password');
    await page.locator('main form button.main').scrollIntoViewIfNeeded();
    await page.evaluate(() => scrollTo(0, 400));
    await page.locator('main form button.main').click();
    await page.locator('#problem').waitFor();
    await until('all of it in view', () => page.evaluate(() => {
      const bar = document.querySelector('aside.demo')?.getBoundingClientRect().bottom ?? 0;
      return document.getElementById('problem').getBoundingClientRect().top >= bar;
    }));
    await picture('wrong-password', page);
  });
}
