import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { Caller, same } from '../lib/people.mjs';

const phone = { viewport: { width: 320, height: 700 }, reducedMotion: 'reduce' };
const desk = { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' };

export default async function add({ check, house, shots }) {
  const pair = house.nextPair();
  const picture = async (name, page) => {
    if (shots) await page.screenshot({ path: join(shots, `consent-${name}.png`), fullPage: true });
  };
  const card = (page, title) => page.locator('section.card').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
  /** As the server has it. */
  const state = async (account, purpose, { origin } = house) => {
    const caller = new Caller(origin, account);
    await caller.logIn();
    const { consents } = await caller.ask('GET', '/api/me/consents');
    return consents.find((one) => one.purpose === purpose)?.state;
  };
  /** Whatever the demo has them agreed to is taken back, so that one begins alike with everybody. */
  const withdraw = async (account) => {
    const caller = new Caller(house.origin, account);
    await caller.logIn();
    for (const { purpose, text, decisions } of (await caller.ask('GET', '/api/me/consents')).consents) {
      await caller.ask('PUT', `/api/me/consents/${purpose}`, { version: text.version, language: 'en', given: false, based_on: decisions });
    }
  };

  await check('a client reads what they are asked, agrees and takes it back, with the keyboard alone and on a small phone', async (place) => {
    await withdraw(pair.client);
    const { page } = await place.person(house.origin, pair.client, { ...phone, colorScheme: 'dark' });
    await page.locator('main').getByRole('link', { name: 'What you have agreed to' }).click();
    await page.getByRole('heading', { name: 'What you have agreed to', level: 1 }).waitFor();
    const recording = card(page, 'Recording of sessions');
    await recording.waitFor();
    await recording.getByText('If you agree, from then on: Your practice may ask').waitFor();
    same('what only would follow is not said to be so', await page.getByText('From now on').count(), 0);
    same('boxes that are ticked', await page.locator('main input').count(), 0);
    same('cards', await page.locator('main section.card').count(), 5);
    same('said to be a suggestion', await page.getByText('Your practice is responsible for it.').count(), 5);

    await recording.locator('summary', { hasText: 'Read the whole text' }).focus();
    await page.keyboard.press('Enter');
    await recording.getByRole('heading', { name: 'If you take it back' }).waitFor();
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    await picture('phone-dark-open', page);

    const agree = recording.getByRole('button', { name: 'I agree' });
    await agree.focus();
    await page.keyboard.press('Enter');
    await recording.getByText('You have agreed, since').waitFor();
    await recording.getByText('This is saved. From now on: Your practice may ask').waitFor();
    same('the focus', await page.evaluate(() => document.activeElement.textContent.includes('You have agreed')), true);
    same('stored', await state(pair.client, 'recording'), 'given');
    same('and nothing else', await state(pair.client, 'research') === 'given', false);

    await recording.getByText('If you take it back, from then on: No session may be recorded').waitFor();

    const back = recording.getByRole('button', { name: 'Take it back' });
    await back.focus();
    await page.keyboard.press('Enter');
    await recording.getByText('You took this back on').waitFor();
    await recording.getByText('What was recorded before stays').waitFor();
    same('stored', await state(pair.client, 'recording'), 'withdrawn');
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    await picture('phone-dark', page);
  });

  await check('a client who has not decided about the therapy is led to it once, and the therapist reads what to do', async (place) => {
    const own = await place.demoHouse(house, []);
    let found = own.nextPair();
    while ((await state(found.client, 'e_therapy', own)) !== 'never_given') found = own.nextPair();
    const { client, therapist } = found;
    const { page } = await place.person(own.origin, client, { ...phone, colorScheme: 'dark' });
    const card = page.getByRole('region', { name: 'Before you write' });
    await card.getByText('Please read what “Therapy by message and chat” means for you').waitFor();
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    await picture('first-phone-dark', page);
    await card.getByRole('button', { name: 'Not now' }).focus();
    await page.keyboard.press('Enter');
    await card.waitFor({ state: 'detached' });
    same('the focus', await page.evaluate(() => document.activeElement.matches('main h1')), true);
    await page.reload();
    await page.getByRole('link', { name: /^Chat/ }).waitFor();
    await page.waitForLoadState('networkidle');
    same('once', await card.count(), 0);
    // As `rapport restore` leaves it, which Backup.BringsNothingBackThatHadEnded shows.
    await page.route('**/api/me/consents*', async (route) => {
      const answer = await route.fetch();
      const { consents } = await answer.json();
      await route.fulfill({ response: answer, json: { consents: consents.map((one) => one.purpose === 'e_therapy' ? { ...one, state: 'put_back', decisions: 2 } : one) } });
    });
    await page.reload();
    const again = page.getByRole('region', { name: 'Please decide anew' });
    await again.getByText('Your practice was put back to an earlier state.').waitFor();
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    await picture('again-phone-dark', page);

    const other = await place.person(own.origin, client, phone);
    await other.page.getByRole('link', { name: 'Read and decide' }).click();
    await other.page.getByRole('heading', { name: 'What you have agreed to', level: 1 }).waitFor();

    const hers = await place.person(own.origin, therapist, desk);
    await hers.page.locator('li.client').getByRole('link', { name: client.name, exact: true }).click();
    await hers.page.getByText('Your client has not agreed to “Therapy by message and chat”.').waitFor();
    await picture('first-therapist', hers.page);
  });

  await check('what was decided on another device is not undone by an older page', async (place) => {
    const { page } = await place.person(house.origin, pair.client, desk);
    await page.locator('footer summary').click();
    await page.locator('footer').getByRole('link', { name: 'What you have agreed to' }).click();
    const research = card(page, 'Research');
    await research.waitFor();
    const elsewhere = new Caller(house.origin, pair.client);
    await elsewhere.logIn();
    const { consents } = await elsewhere.ask('GET', '/api/me/consents');
    const { text, decisions } = consents.find((one) => one.purpose === 'research');
    const decide = (given, based_on) => elsewhere.ask('PUT', '/api/me/consents/research', { version: text.version, language: 'en', given, based_on });
    await decide(true, decisions);
    await decide(false, decisions + 1);
    await research.getByRole('button', { name: 'I agree' }).click();
    await research.getByRole('alert').filter({ hasText: 'perhaps on another device' }).waitFor();
    same('stored', await state(pair.client, 'research'), 'withdrawn');
    await research.getByText('You took this back on').waitFor();
    await research.locator('summary', { hasText: 'What you decided so far' }).click();
    await picture('desk-light', page);
    await research.getByRole('button', { name: 'I agree' }).click();
    await research.getByText('You have agreed, since').waitFor();
  });

  await check('a therapist sees yes and no where the work depends on it, decides about being studied, and hears nothing of research', async (place) => {
    const { page } = await place.person(house.origin, pair.therapist, desk);
    await page.locator('li.client').getByRole('link', { name: pair.client.name, exact: true }).click();
    const list = page.getByRole('region', { name: 'What your client agrees to' });
    await list.locator('li').first().waitFor();
    same('what is told', (await list.locator('li').allTextContents()).map((one) => one.replace(/\s+/g, ' ').trim()),
      ['Therapy by message and chat not agreed', 'Recording of sessions not agreed', 'Having sessions written down not agreed']);
    const words = await list.textContent();
    for (const hidden of ['Research', 'coded', 'took', 'back', 'since']) same(hidden, words.includes(hidden), false);
    await picture('overview', page);
    same('barriers', await barriers(page), []);
    await page.locator('footer summary').click();
    await page.locator('footer').getByRole('link', { name: 'What you have agreed to' }).click();
    await card(page, 'Being part of studies as a therapist').waitFor();
    same('cards', await page.locator('main section.card').count(), 1);
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    await picture('therapist', page);
  });

  await check('the page is in German for whoever reads German, its texts too', async (place) => {
    const { page } = await place.person(house.origin, pair.client, { ...desk, viewport: { width: 360, height: 740 } });
    await page.locator('footer summary').click();
    await page.locator('#locale').selectOption('de');
    await page.locator('main').getByRole('link', { name: 'Womit Sie einverstanden sind' }).click();
    await card(page, 'Aufnahme von Sitzungen').getByRole('button', { name: 'Ich stimme zu' }).waitFor();
    same('language', await page.locator('html').getAttribute('lang'), 'de');
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    await picture('phone-light-german', page);
  });
}
