import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { Person, same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 360, height: 740 } };
const narrow = { viewport: { width: 320, height: 640 } };
const desk = { viewport: { width: 1100, height: 900 } };
const dark = { colorScheme: 'dark' };

export default async function add({ check, house, shots }) {
  const picture = async (name, page) => {
    same(`${name}: too wide by`, await excess(page), 0);
    same(`${name}: barriers`, await barriers(page), []);
    if (shots) await page.screenshot({ path: join(shots, `people-${name}.png`), fullPage: true });
  };
  const therapist = house.accountsOf('therapist')[0];
  const administrator = house.accountsOf('administrator')[0];
  const link = (page) => page.getByLabel(/^The link for /).inputValue();

  await check('a therapist invites a client, who opens the link, chooses a password and writes with them', async (place) => {
    const { page } = await place.person(house.origin, therapist, desk);
    await page.getByRole('link', { name: 'Invite a client' }).click();
    await page.getByText('You have invited nobody yet.').waitFor();
    await picture('invitations-none', page);
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.getByRole('alert').filter({ hasText: 'fill in what is missing' }).waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Nora New');
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.getByLabel('The link for Nora New').waitFor();
    const address = await link(page);
    await until('the focus on the link', () => page.evaluate(() => document.activeElement.id === 'invite-link'));
    await picture('invitations', page);

    const theirs = await place.context(house.origin, narrow);
    const guest = await theirs.newPage();
    await guest.goto(address);
    await guest.getByText(`${therapist.name} invites you to`).waitFor();
    await picture('join-phone', guest);
    same('asked with the token in no address', await guest.evaluate(() =>
      performance.getEntriesByType('resource').filter((one) => one.name.includes(location.hash.slice(1))).length), 0);
    await guest.getByLabel('Login name').fill(therapist.login);
    await guest.getByLabel('Password', { exact: true }).fill('password123');
    await guest.getByRole('button', { name: 'Create my account' }).click();
    await guest.getByRole('alert').filter({ hasText: 'Many people use this password' }).waitFor();
    await guest.getByLabel('Password', { exact: true }).fill('quiet horse stairs');
    await guest.getByRole('button', { name: 'Create my account' }).click();
    await guest.getByRole('alert').filter({ hasText: 'Somebody has this log-in name already' }).waitFor();
    await picture('join-taken-phone', guest);
    await guest.getByLabel('Login name').fill('nora.new');
    await guest.getByLabel('Your own mail address').fill('no address');
    await guest.keyboard.press('Enter');
    await guest.getByRole('alert').filter({ hasText: 'cannot be sent to this address' }).waitFor();
    same('the focus', await guest.evaluate(() => document.activeElement.id), 'join-email');
    await picture('join-address-phone', guest);
    await guest.getByLabel('Your own mail address').fill('nora@example.net');
    await guest.keyboard.press('Enter');
    await guest.getByRole('heading', { level: 1, name: 'Hello Nora New' }).waitFor().catch(async () =>
      guest.getByRole('heading', { level: 1 }).filter({ hasText: 'Nora New' }).waitFor());
    same('the token is gone from the address', new URL(guest.url()).hash, '');
    const nora = new Person(theirs, guest, { login: 'nora.new' }, house.origin);
    await nora.openChat();
    await nora.say('I am here.');
    await nora.sees('I am here.');

    await page.locator('main p a[href="/"]').first().click();
    await page.locator('li.client', { hasText: 'Nora New' }).waitFor();
    await guest.goto('about:blank');
    const later = await (await place.context(house.origin, { ...phone, ...dark })).newPage();
    await later.goto(address);
    await later.getByRole('heading', { level: 1, name: 'This link does not work' }).waitFor();
    await picture('join-gone-dark', later);
  });

  await check('a withdrawn invitation leads nowhere, in German', async (place) => {
    const { page } = await place.person(house.origin, therapist, { ...phone, locale: 'de-DE' });
    await page.goto(`${house.origin}/invitations`);
    await page.getByLabel('Name', { exact: true }).fill('Olga Neu');
    await page.getByRole('button', { name: 'Link erstellen' }).click();
    const address = await page.getByLabel('Der Link für Olga Neu').inputValue();
    await picture('invitations-de-phone', page);
    await page.getByRole('button', { name: 'Zurückziehen: Olga Neu' }).click();
    await page.getByText('Zurückgezogen.').waitFor();
    same('the link that leads nowhere', await page.locator('#invite-link').count(), 0);
    const guest = await (await place.context(house.origin, { locale: 'de-DE' })).newPage();
    await guest.goto(address);
    await guest.getByRole('heading', { level: 1, name: 'Dieser Link funktioniert nicht' }).waitFor();
  });

  await check('an administrator sees people and nothing of a client, names who stands behind whom, and closes an account', async (place) => {
    const { page } = await place.person(house.origin, administrator, desk);
    await page.getByRole('heading', { level: 1, name: 'People' }).waitFor();
    await page.getByText(therapist.name).filter({ visible: true }).first().waitFor();
    await picture('administrator', page);
    for (const client of house.accountsOf('client')) {
      if ((await page.locator('main').innerText()).includes(client.name)) throw new Error(`${client.name} is shown`);
    }
    const row = page.locator('ul.people li', { hasText: therapist.name }).first();
    await row.getByLabel('Supervisor', { exact: true }).selectOption('');
    await row.getByRole('button', { name: 'Save: Supervisor' }).click();
    await page.getByRole('status').filter({ hasText: 'Saved.' }).waitFor();
    await row.getByText('Without a supervisor nobody further is told').waitFor();
    await row.getByLabel('Supervisor', { exact: true }).selectOption({ label: house.accountsOf('supervisor')[0].name });
    await row.getByRole('button', { name: 'Save: Supervisor' }).click();
    await row.getByText('Without a supervisor').waitFor({ state: 'detached' });

    await page.getByLabel('As what').selectOption('coder');
    await page.getByLabel('Name', { exact: true }).fill('Jon Coder');
    await page.getByRole('button', { name: 'Make the link' }).click();
    const address = await link(page);
    const context = await place.context(house.origin, phone);
    const guest = await context.newPage();
    await guest.goto(address);
    await guest.getByText('Your role: Coder.').waitFor();
    await guest.getByLabel('Login name').fill('jon.coder');
    await guest.getByLabel('Password', { exact: true }).fill('quiet horse stairs');
    await guest.getByRole('button', { name: 'Create my account' }).click();
    await guest.getByText('Rapport has no pages for this role yet.').waitFor();
    await guest.getByText('Connected', { exact: true }).waitFor();
    await picture('coder-phone', guest);

    await page.reload();
    const supervisor = house.accountsOf('supervisor')[0];
    await page.getByRole('button', { name: `Close account: ${supervisor.name}` }).click();
    await page.getByRole('alert').filter({ hasText: 'This person stands behind' }).filter({ hasText: therapist.name }).waitFor();
    await picture('administrator-closing-supervisor', page);
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('button', { name: 'Close account: Jon Coder' }).click();
    await picture('administrator-closing', page);
    await page.getByRole('button', { name: 'Close it for good' }).click();
    await page.getByRole('status').filter({ hasText: 'The account of Jon Coder is closed.' }).waitFor();
    await guest.locator('#login').waitFor({ timeout: 5000 });
  });

  await check('an administrator at a phone, in the dark and in German', async (place) => {
    const { page } = await place.person(house.origin, administrator, { ...narrow, ...dark, locale: 'de-DE' });
    await page.getByRole('heading', { level: 1, name: 'Menschen' }).waitFor();
    await page.getByText(therapist.name).filter({ visible: true }).first().waitFor();
    await picture('administrator-de-dark', page);
  });

  await check('a real practice is opened by its link, and takes no client before an administrator has confirmed everything', async (place) => {
    const { real, path } = await place.realHouse(house, 'Practice by the river');
    const enter = async (page, login) => {
      await page.getByLabel('Login name').fill(login);
      await page.getByLabel('Password', { exact: true }).fill('quiet horse stairs');
      await page.getByRole('button', { name: 'Create my account' }).click();
    };
    const { page } = { page: await (await place.context(real.origin, phone)).newPage() };
    await page.goto(real.origin + path);
    await page.getByText('This opens Practice by the river.').waitFor();
    await page.getByLabel('What you want to be called').fill('Ada First');
    await picture('open-practice-phone', page);
    await enter(page, 'ada');
    await page.getByRole('heading', { level: 2, name: 'Before the first client' }).waitFor();
    await page.getByText('nobody of your practice has approved the texts').waitFor();
    await page.getByText('No country is set').first().waitFor();
    await page.getByText('This practice has no mail server yet.').waitFor();
    await page.getByRole('button', { name: 'Confirm: Neutral person' }).click();
    await page.getByRole('alert').filter({ hasText: 'cannot be confirmed yet' }).waitFor();
    await page.getByRole('button', { name: 'Confirm: How long records are kept' }).click();
    await page.getByText('Confirmed by Ada First,').waitFor();
    await picture('before-first-client-phone', page);
    const titles = await page.getByRole('heading', { level: 2 }).allInnerTexts();
    same('inviting stands above absences while nobody is there', titles.indexOf('Invite somebody') < titles.indexOf('Who is away, and who stands in'), true);

    await page.getByLabel('Name', { exact: true }).fill('Bo Therapist');
    await page.getByRole('button', { name: 'Make the link' }).click();
    const address = await link(page);
    const other = await (await place.context(real.origin, desk)).newPage();
    await other.goto(address);
    await other.getByText('Ada First invites you to Practice by the river.').waitFor();
    await enter(other, 'bo');
    // Without a reload.
    await page.locator('.people li', { hasText: 'Bo Therapist' }).getByRole('button', { name: 'Close account: Bo Therapist' }).waitFor({ timeout: 45_000 });
    await page.locator('#invite-link').waitFor({ state: 'detached', timeout: 45_000 });
    await other.getByRole('link', { name: 'Invite a client' }).click();
    await other.getByLabel('Name', { exact: true }).fill('Cleo Client');
    await other.getByRole('button', { name: 'Make the link' }).click();
    await other.getByRole('alert').filter({ hasText: 'takes no clients yet' }).waitFor();
  });
}
