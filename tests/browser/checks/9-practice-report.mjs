import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' };
const narrow = { viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' };
const desk = { viewport: { width: 1100, height: 900 }, reducedMotion: 'reduce' };

export default async function add({ check, house, shots }) {
  const picture = async (name, page) => {
    same(`${name}: too wide by`, await excess(page), 0);
    same(`${name}: barriers`, await barriers(page), []);
    if (shots) await page.screenshot({ path: join(shots, `figures-${name}.png`), fullPage: true });
  };

  await check('in a practice of sixteen clients an administrator is told what is hidden and why, by keyboard', async (place) => {
    const { page } = await place.person(house.origin, house.accountsOf('administrator')[0], desk);
    const link = page.getByRole('link', { name: 'The practice in figures' });
    await link.waitFor();
    await link.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'The practice in figures' }).waitFor();
    await page.getByText('What this rests on, and what not').waitFor();
    await until('it is made', async () => (await page.getByRole('progressbar').count()) === 0);
    await picture('few-desk', page);
    for (const one of ['client', 'therapist']) {
      for (const { name } of house.accountsOf(one)) same(`${name} stands in it`, (await page.locator('main').innerText()).includes(name), false);
    }
  });

  await check('a therapist and a client have no such page', async (place) => {
    const { therapist, client } = house.nextPair();
    for (const one of [therapist, client]) {
      const { page } = await place.person(house.origin, one, phone);
      await page.goto(`${house.origin}/figures`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      same('no figures', await page.getByText('What this rests on, and what not').count(), 0);
      same('nor by the address', await page.evaluate(async () => (await fetch('/api/practice-report')).status), 403);
    }
  });

  const larger = house.another();
  try {
    await larger.open({ clients: 90 });
    const administrator = larger.accountsOf('administrator')[0];
    await check('in a larger made-up practice the figures stand as pictures and tables', async (place) => {
      const { page } = await place.person(larger.origin, administrator, desk);
      await page.goto(`${larger.origin}/figures`);
      await page.getByLabel('Period').waitFor();
      await page.getByText(/As of/).waitFor();
      await page.getByRole('heading', { level: 2, name: 'Better and worse' }).waitFor();
      const table = page.getByRole('table', { name: 'GAD-7' });
      await table.getByRole('row', { name: /Reliably better/ }).getByText(/of \d+ people/).waitFor();
      same('numbers are rounded', (await page.locator('main td').allInnerTexts()).filter((one) => / people$/.test(one)).every((one) => one.match(/\d+/g).every((n) => n % 5 === 0)), true);
      same('RISQ is not in it', (await page.locator('main table').allInnerTexts()).some((one) => one.includes('RISQ')), false);
      await page.getByText('Published: face to face').first().waitFor();
      await picture('many-desk', page);
      await page.getByLabel('Period').focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Tab');
      await until('a table is reached by keyboard', () => page.evaluate(() => document.activeElement.getAttribute('role') === 'region' || document.activeElement.tagName === 'A'));
    });
    await check('in German on a phone it has room and no barrier', async (place) => {
      const { page } = await place.person(larger.origin, administrator, { ...phone, locale: 'de-AT' });
      await page.goto(`${larger.origin}/figures`);
      await page.getByRole('heading', { level: 2, name: 'Besser und schlechter' }).waitFor();
      await picture('many-phone-de', page);
    });
    await check('it has room on a narrow phone', async (place) => {
      const { page } = await place.person(larger.origin, administrator, narrow);
      await page.goto(`${larger.origin}/figures`);
      await page.getByRole('heading', { level: 2, name: 'Better and worse' }).waitFor();
      await picture('many-narrow', page);
    });
  } finally {
    await larger.close();
  }
}
