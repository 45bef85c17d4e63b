import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { Caller, newId, same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' };
const desk = { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' };

export default async function add({ check, house, shots }) {
  const pair = house.nextPair();
  const picture = async (name, page) => {
    if (shots) await page.screenshot({ path: join(shots, `signals-${name}.png`), fullPage: true });
  };
  const log = async (who) => {
    const caller = new Caller(house.origin, who);
    await caller.logIn();
    return caller;
  };
  /** Sends GAD-7 with the same answer to all; the id of its episode. */
  const send = async (value) => {
    const hers = await log(pair.therapist);
    const near = await log(pair.client);
    const [{ id: episode }] = (await near.ask('GET', '/api/episodes')).episodes;
    const form = newId();
    await hers.ask('POST', `/api/episodes/${episode}/forms`, { id: form, questionnaire: 'gad-7', occasion: 'on_request' });
    const answers = [1, 2, 3, 4, 5, 6, 7].map((item) => ({ item: String(item), value }));
    await near.ask('PUT', `/api/forms/${form}/answers`, { based_on: 0, language: 'en', answers });
    await near.ask('POST', `/api/forms/${form}/completion`, { revision: 1, version: 1 });
    return episode;
  };
  let episode;
  const clientPage = async (place, look = desk) => {
    const someone = await place.person(house.origin, pair.therapist, look);
    await someone.page.locator('li.client').first().waitFor();
    await someone.page.goto(`${house.origin}/with/${episode}`);
    await someone.page.getByRole('region', { name: 'What asks for a look' }).locator('li').first().waitFor();
    return someone;
  };
  const own = (page) => page.getByRole('region', { name: 'What asks for a look' }).locator('li[id^=signal-]', { hasText: 'GAD-7 was 21' });

  await check('a form that is reliably worse puts its client forward in the caseload, with a sentence and its numbers', async (place) => {
    await send(0);
    episode = await send(3);
    const { page } = await place.person(house.origin, pair.therapist, desk);
    const client = page.locator('li.client', { hasText: pair.client.name });
    const why = client.locator('.why li', { hasText: 'GAD-7 was 21' });
    await why.waitFor();
    same('the date stands behind the sentence', /^GAD-7 was 21, .*points \([^()]*\)\.$/.test((await why.textContent()).trim()), true);
    await picture('caseload-desk', page);
    await why.getByRole('link').click();
    await own(page).waitFor();
    same('what it is called', await own(page).getByRole('heading', { level: 3 }).textContent(), 'Reliably worse');
    await picture('client-desk', page);
    same('no barrier', await barriers(page), []);
  });

  await check('opened it offers prompts, its rule and its source, and is answered by keyboard', async (place) => {
    const { page } = await clientPage(place);
    const button = own(page).getByRole('button', { name: /What helps/ });
    await button.focus();
    await page.keyboard.press('Enter');
    await own(page).getByText('How you could raise it').click();
    await own(page).getByText('Is that how you feel it?').waitFor();
    await own(page).getByText(/It is our own rule/).waitFor();
    await picture('open-desk', page);
    same('no barrier', await barriers(page), []);
    await own(page).getByRole('button', { name: 'Record', exact: true }).click();
    await own(page).getByRole('alert').getByText('Choose what you did.').waitFor();
    same('at the first choice', await page.evaluate(() => document.activeElement.value), 'discussed');
    await page.keyboard.press('Space');
    await own(page).getByLabel('Look at it again?').selectOption('date');
    await own(page).getByLabel('Days', { exact: true }).fill('400');
    await own(page).getByRole('button', { name: 'Record', exact: true }).click();
    await own(page).getByText(/from 1 to 180/).waitFor();
    await picture('wrong-desk', page);
    await own(page).getByLabel('Days', { exact: true }).fill('14');
    await own(page).getByLabel(/^Note/).fill('We spoke about it.');
    await own(page).getByRole('button', { name: 'Record', exact: true }).click();
    await until('it is said where the focus is', () => page.evaluate(() =>
      document.activeElement.id === 'of-signals-said' && /^Recorded: Spoken about\. GAD-7 was 21/.test(document.activeElement.textContent)));
    await until('it is dealt with', async () => (await own(page).getByText('Not answered yet').count()) === 0);
    await page.getByText('Earlier, or dealt with').click();
    await own(page).getByText('Spoken about').first().waitFor();
    await picture('answered-desk', page);
  });

  await check('on a small phone and in German it has room, and no barrier', async (place) => {
    const { page } = await place.person(house.origin, pair.therapist, { ...phone, locale: 'de-AT' });
    await page.locator('li.client').first().waitFor();
    await page.goto(`${house.origin}/with/${episode}`);
    const region = page.getByRole('region', { name: 'Was einen Blick braucht' });
    await region.waitFor();
    await region.getByText('Früher oder erledigt').click();
    const signal = region.locator('li[id^=signal-]', { hasText: 'GAD-7: 21' });
    await signal.getByRole('button', { name: /Was hilft/ }).click();
    await signal.getByText('Wie Sie es ansprechen könnten').click();
    await signal.getByText(/unsere eigene Regel/).waitFor();
    same('nothing beyond the edge', (await excess(page)) > 0, false);
    same('no barrier', await barriers(page), []);
    await picture('open-phone-de', page);
  });

  await check('the client sees nothing of it, and it is in their record in plain words without the note', async (place) => {
    const { page } = await place.person(house.origin, pair.client, phone);
    await page.goto(`${house.origin}/with/${episode}/course`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    same('no such words', await page.getByText('What asks for a look').count(), 0);
    same('nor by the address', await page.evaluate(async (id) => (await fetch(`/api/episodes/${id}/signals`)).status, episode), 403);
    const record = await page.evaluate(async () => (await fetch('/api/me/record.html?language=en')).text());
    same('in the record', /Reliably worse\. GAD-7 was 21/.test(record), true);
    same('without the note', record.includes('We spoke about it.'), false);
  });

  await check('a supervisor sees what nobody has answered for a week, without its numbers', async (place) => {
    const supervisor = house.accountsOf('supervisor')[0];
    const { page } = await place.person(house.origin, supervisor, phone);
    const region = page.getByRole('region', { name: /Signals that nobody has answered/ });
    await region.getByText(/have not answered for 7 days/).waitFor();
    await until('the list', async () => (await region.getByText('Found').or(region.getByText('Nothing waits')).count()) > 0);
    same('no numbers', /points (worse|better)/.test(await region.textContent()), false);
    await picture('supervisor-phone', page);
    same('no barrier', await barriers(page), []);
    same('nothing beyond the edge', (await excess(page)) > 0, false);
  });
}
