import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { Caller, Person, newId, same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' };
const narrow = { viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' };
const desk = { viewport: { width: 1100, height: 900 }, reducedMotion: 'reduce' };

export default async function add({ check, house, shots }) {
  const picture = async (name, page) => {
    same(`${name}: too wide by`, await excess(page), 0);
    same(`${name}: barriers`, await barriers(page), []);
    if (shots) await page.screenshot({ path: join(shots, `matching-${name}.png`), fullPage: true });
  };
  const therapists = house.accountsOf('therapist');
  const administrator = house.accountsOf('administrator')[0];
  const named = (part) => therapists.find((one) => one.name.includes(part));

  /** Somebody whom an administrator invited without a therapist, at their own device. */
  const comes = async (place, login, options) => {
    const caller = new Caller(house.origin, administrator);
    await caller.logIn();
    const { path } = await caller.ask('POST', '/api/invitations', { id: newId(), role: 'client', name: login });
    await caller.ask('POST', '/api/invitation/acceptance', { token: path.split('#')[1], name: 'Pia', login, password: 'quiet horse stairs' });
    return place.person(house.origin, { login, password: 'quiet horse stairs' }, options);
  };

  await check('a therapist says what they are like, sees it as clients do, and is told what is missing', async (place) => {
    const { page } = await place.person(house.origin, named('Berger'), phone);
    await page.goto(`${house.origin}/invitations`);
    await page.getByRole('link', { name: 'What clients read about you' }).click();
    await page.getByRole('heading', { name: 'What clients read about you', level: 1 }).waitFor();
    await page.getByLabel('How many clients you take').waitFor();
    await picture('profile-phone', page);
    await page.getByLabel('How many clients you take').fill('-3');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'whole number from 0 to 200' }).waitFor();
    same('the focus', await page.evaluate(() => document.activeElement.id), 'profile-capacity');
    await page.getByLabel('How many clients you take').fill('200');
    await page.getByLabel('Languages').selectOption({ label: 'Polish' });
    await page.getByLabel('Saturday morning').check();
    await page.getByLabel('Focus, in own words').fill('People who work at night');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('status').filter({ hasText: 'Saved.' }).waitFor();
    const shown = page.getByRole('region', { name: 'So clients read it' });
    await shown.getByText('People who work at night').waitFor();
    await shown.getByText('Polish').waitFor();
    await shown.getByText('Saturday morning').waitFor();
    await picture('profile-saved-phone', page);
    await page.getByRole('button', { name: 'Remove Polish' }).focus();
    await page.keyboard.press('Enter');
    same('the focus', await page.evaluate(() => document.activeElement.id), 'profile-language');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await until('Polish is gone', async () => (await shown.getByText('Polish').count()) === 0);
  });

  await check('a client without a therapist says what they wish for, sees who fits and why, and begins, with the keyboard on a phone', async (place) => {
    const { page } = await comes(place, 'pia.one', { ...phone, colorScheme: 'dark' });
    await page.getByRole('region', { name: 'Find your therapist' }).waitFor();
    await picture('home-phone-dark', page);
    await page.getByRole('link', { name: 'Begin with your wishes' }).click();
    await page.getByRole('heading', { name: 'What you wish for in the work', level: 1 }).waitFor();
    await page.getByLabel('Tasks between sessions').selectOption({ label: 'rather with tasks' });
    await page.locator('main').getByLabel('Language', { exact: true }).selectOption({ label: 'Turkish' });
    await page.getByLabel('The therapist is').selectOption({ label: 'a woman' });
    await page.getByLabel('Tuesday evening').focus();
    await page.keyboard.press('Space');
    await page.getByLabel('Anything else, in your own words').fill('I would rather not be called before nine.');
    await picture('wishes-phone-dark', page);
    await page.getByRole('button', { name: 'Save and see who could fit' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Who could fit you', level: 1 }).waitFor();
    const one = page.locator('li.card').filter({ has: page.getByRole('heading', { name: named('Okafor').name }) });
    await one.getByText('speaks Turkish').waitFor();
    await one.getByText('has time on Tuesday evening').waitFor();
    await one.getByText('likes to give tasks between sessions').waitFor();
    await one.getByText('is not a woman, or does not say').waitFor();
    same('who speaks no Turkish', await page.locator('li.card').count(), 1);
    same('a number that could be a score', /\d\s*(%|\/|points)/.test(await page.locator('main').innerText()), false);
    await one.locator('summary').focus();
    await page.keyboard.press('Enter');
    await one.getByText('Systemic').waitFor();
    await picture('choice-phone-dark', page);
    await one.getByRole('button', { name: `Choose ${named('Okafor').name}` }).focus();
    await page.keyboard.press('Enter');
    await until('the question has the focus', () => page.evaluate(() => document.activeElement.id === 'choice-sure'));
    await picture('choice-sure-phone-dark', page);
    await one.getByRole('button', { name: 'Not yet' }).click();
    await until('the focus is back', () => page.evaluate(() => document.activeElement.textContent === 'Choose'));
    await page.keyboard.press('Enter');
    await one.getByRole('button', { name: 'Yes, begin' }).click();
    await page.getByRole('heading', { name: named('Okafor').name, level: 2 }).waitFor();
    await page.getByRole('link', { name: /^Chat/ }).waitFor();
    await picture('begun-phone-dark', page);

    const theirs = await place.person(house.origin, named('Okafor'), desk);
    await theirs.page.locator('li.client', { hasText: 'Pia' }).first().getByRole('link', { name: 'Pia' }).first().click();
    const wishes = theirs.page.getByRole('region', { name: 'Wishes for the work' });
    await wishes.getByText('I would rather not be called before nine.').waitFor();
    await picture('therapist', theirs.page);

    await page.goto(`${house.origin}/wishes`);
    await page.getByLabel('Anything else, in your own words').fill('Any time is fine.');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('status').filter({ hasText: 'Saved.' }).waitFor();
    await page.getByText('What you wished for before').click();
    await page.getByText('I would rather not be called before nine.').waitFor();
  });

  await check('who asks the practice to choose is seen without a name and without words, and both begin, in German at 320 pixels', async (place) => {
    const client = await comes(place, 'pia.two', { ...narrow, locale: 'de-DE' });
    await client.page.goto(`${house.origin}/wishes`);
    await client.page.getByLabel('Alles andere, in eigenen Worten').fill('geheime Worte');
    await client.page.getByLabel('Wer führt').selectOption({ label: 'eher die Klientin oder der Klient führt' });
    await picture('wishes-de-narrow', client.page);
    await client.page.getByRole('button', { name: 'Speichern und sehen, wer passen könnte' }).click();
    await client.page.getByRole('heading', { name: 'Wer zu Ihnen passen könnte', level: 1 }).waitFor();
    await client.page.locator('li.card').first().waitFor();
    same('proposals', await client.page.locator('li.card').count(), 3);
    await picture('choice-de-narrow', client.page);
    await client.page.getByRole('button', { name: 'Die Praxis wählen lassen' }).click();
    await client.page.getByRole('status').filter({ hasText: 'Die Praxis weiß Bescheid.' }).waitFor();

    const { page } = await place.person(house.origin, administrator, { ...phone, locale: 'de-DE' });
    const waiting = page.getByRole('region', { name: 'Noch ohne Therapeutin oder Therapeuten' });
    await waiting.getByText('um eine Wahl gebeten.').waitFor();
    await waiting.getByText('lässt die Klientin oder den Klienten führen').first().waitFor();
    const text = await page.locator('main').innerText();
    for (const hidden of ['Pia', 'pia.two', 'geheime Worte']) same(`${hidden} is shown`, text.includes(hidden), false);
    await waiting.getByRole('button', { name: 'Die Arbeit beginnen' }).click();
    await waiting.getByRole('alert').filter({ hasText: 'Bitte wählen Sie zuerst jemanden.' }).waitFor();
    await picture('waiting-de-phone', page);
    const id = await waiting.getByLabel('Bei wem').locator('option', { hasText: named('Lindqvist').name }).getAttribute('value');
    await waiting.getByLabel('Bei wem').selectOption(id);
    await waiting.getByRole('button', { name: 'Die Arbeit beginnen' }).click();
    await waiting.getByText('Niemand wartet.').waitFor();
    await client.page.goto(`${house.origin}/`);
    await client.page.getByRole('heading', { name: named('Lindqvist').name, level: 2 }).waitFor();
  });

  await check('an administrator invites a client without a therapist, and the link says that they choose', async (place) => {
    const { page } = await place.person(house.origin, administrator, desk);
    await page.getByLabel('As what').selectOption('client');
    await page.getByLabel('Whose client').selectOption({ label: 'The client chooses' });
    await page.getByLabel('Name', { exact: true }).fill('Quinn New');
    await page.getByRole('button', { name: 'Make the link' }).click();
    const address = await page.getByLabel(/^The link for /).inputValue();
    const context = await place.context(house.origin, phone);
    const guest = await context.newPage();
    await guest.goto(address);
    await guest.getByText('You say what you wish for, and choose your therapist.').waitFor();
    await picture('join-phone', guest);
    await guest.getByLabel('Login name').fill('quinn.new');
    await guest.getByLabel('Password', { exact: true }).fill('quiet horse stairs');
    await guest.getByRole('button', { name: 'Create my account' }).click();
    await new Person(context, guest, { login: 'quinn.new' }, house.origin).page.getByRole('region', { name: 'Find your therapist' }).waitFor();
  });

  await check('a first contact that does not come is told to the therapist, and without a name to whoever assigns', async (place) => {
    const day = 24 * 3600_000;
    const began = Date.now();
    await house.kill('SIGTERM');
    house.setTime(began);
    await house.start();
    await comes(place, 'pia.three', phone);
    const client = new Caller(house.origin, { login: 'pia.three', password: 'quiet horse stairs' });
    await client.logIn();
    const { therapist } = (await client.ask('GET', '/api/me/matches')).proposals[0].profile;
    await client.ask('PUT', '/api/me/therapist', { therapist: therapist.id });
    const account = therapists.find((one) => one.name === therapist.name);

    house.setTime(began + 8 * day);
    const theirs = await place.person(house.origin, account, phone);
    const row = theirs.page.locator('li.client', { hasText: 'Pia' }).filter({ hasText: 'First contact was due' });
    await row.first().waitFor();
    const due = await row.count();
    await picture('late-therapist-phone', theirs.page);
    const { page } = await place.person(house.origin, administrator, { ...narrow, locale: 'de-DE' });
    const late = page.getByRole('region', { name: 'Der erste Kontakt ist überfällig' });
    await late.getByText(`${therapist.name}, mit einer neuen Klientin oder einem neuen Klienten`).first().waitFor();
    same('the name is shown', (await page.locator('main').innerText()).includes('Pia'), false);
    await picture('late-de-narrow', page);

    const hers = new Caller(house.origin, account);
    await hers.logIn();
    const before = await late.getByRole('listitem').count();
    const again = new Caller(house.origin, { login: 'pia.three', password: 'quiet horse stairs' });
    await again.logIn();
    const { episodes } = await again.ask('GET', '/api/episodes');
    await hers.ask('POST', `/api/rooms/${episodes[0].chat_room}/messages`, { id: newId(began + 8 * day), text: 'Hello Pia' });
    await page.reload();
    await until('one fewer is late', async () => (await late.getByRole('listitem').count()) === before - 1);
    await theirs.page.reload();
    await theirs.page.locator('li.client', { hasText: 'Pia' }).first().waitFor();
    await until('one fewer is due', async () => (await row.count()) === due - 1);
  });
}
