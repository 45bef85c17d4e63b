import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 360, height: 740 } };
const narrow = { viewport: { width: 320, height: 640 } };
const desk = { viewport: { width: 1100, height: 900 } };
const dark = { colorScheme: 'dark' };

export default async function add({ check, house, shots }) {
  const picture = async (name, page) => {
    same(`${name}: too wide by`, await excess(page), 0);
    same(`${name}: barriers`, await barriers(page), []);
    if (shots) await page.screenshot({ path: join(shots, `closing-${name}.png`), fullPage: true });
  };

  await check('a client closes their account: the record is locked by the law, the therapist is told, an administrator sees until when', async (place) => {
    const own = await place.demoHouse(house, ['--practice-country', 'DE']);
    const { client, therapist } = own.nextPair();
    const administrator = own.accountsOf('administrator')[0];
    const therapists = (await place.person(own.origin, therapist, desk)).page;
    await therapists.locator('li.client', { hasText: client.name }).waitFor();

    const { page } = await place.person(own.origin, client, phone);
    await page.goto(`${own.origin}/account`);
    await page.getByRole('link', { name: 'Close my account' }).click();
    await page.getByText('The law wants your record kept for 10 years').waitFor();
    await picture('own-phone', page);
    await page.getByRole('button', { name: 'Close my account' }).click();
    await until('the focus on the password', () => page.evaluate(() => document.activeElement.matches('main [type=password]')));
    await page.getByRole('button', { name: 'Close my account for good' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Close my account for good' }).click();
    await page.getByRole('alert').filter({ hasText: 'not your password' }).waitFor();
    await picture('own-wrong-phone', page);
    await page.getByLabel('Password').fill(client.password);
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Your account is closed. Your record is locked' }).waitFor();
    await picture('own-done-phone', page);
    await page.locator('#login').fill(client.login);
    await page.locator('#password').fill(client.password);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();

    // Without a reload: the line tells.
    await therapists.locator('li.client', { hasText: client.name }).waitFor({ state: 'detached' });
    await therapists.getByText(`${client.name}: account closed on`).waitFor();
    await picture('therapist', therapists);

    const admin = (await place.person(own.origin, administrator, desk)).page;
    const row = admin.locator('section', { has: admin.getByRole('heading', { name: 'Closed accounts of clients' }) });
    await row.getByText(client.name).waitFor();
    await row.getByText('Locked, and erased on').waitFor();
    await row.getByRole('button', { name: `State the day until which the record is kept: ${client.name}` }).click();
    same('no day is suggested', await row.getByLabel('Kept until').inputValue(), '');
    await row.getByLabel('Kept until').fill('2020-01-01');
    await row.getByLabel('Why').fill('Somebody asked.');
    await row.getByRole('button', { name: 'Save the day' }).click();
    await row.getByRole('alert').filter({ hasText: 'This day is too soon' }).waitFor();
    await row.getByLabel('Kept until').fill('2027-01-01');
    await row.getByRole('button', { name: 'Save the day' }).click();
    await row.getByRole('alert').filter({ hasText: `The record of ${client.name} is erased for good on 1 January 2027` }).waitFor();
    same('what has the focus', await admin.evaluate(() => document.activeElement.textContent), 'Look at it again');
    await row.getByRole('button', { name: 'Yes, save this day' }).click();
    await row.getByRole('alert').filter({ hasText: 'The law wants this record kept longer' }).waitFor();
    await picture('administrator', admin);
    await row.getByLabel('Kept until').fill('2050-01-01');
    await row.getByRole('button', { name: 'Save the day' }).click();
    await picture('administrator-sure', admin);
    await row.getByRole('button', { name: 'Yes, save this day' }).click();
    await row.getByText('Locked, and erased on 1 January 2050').waitFor();

    const { client: second, therapist: keeper } = own.nextPair();
    await row.getByLabel("The client's log-in name").fill('nobody.here');
    await row.getByRole('button', { name: "Close a client's account" }).click();
    await row.locator('code', { hasText: 'nobody.here' }).waitFor();
    await picture('administrator-compare', admin);
    await row.getByRole('button', { name: 'Close it in 24 hours' }).click();
    await row.getByRole('alert').filter({ hasText: 'No client has this log-in name' }).waitFor();
    await row.getByLabel("The client's log-in name").fill(second.login);
    await row.getByRole('button', { name: "Close a client's account" }).click();
    await row.getByRole('button', { name: 'Close it in 24 hours' }).click();
    await row.getByRole('status').filter({ hasText: 'The account will be closed tomorrow' }).waitFor();
    await row.getByText('Will be closed tomorrow', { exact: false }).last().waitFor();
    await picture('administrator-soon', admin);

    // It waits a day: whoever treats the client reads so, and the client keeps it.
    const keepers = (await place.person(own.origin, keeper, desk)).page;
    const soon = keepers.getByText(`${second.name}: an administrator wants to close this account tomorrow`);
    await soon.waitFor();
    await picture('therapist-soon', keepers);
    const theirs = (await place.person(own.origin, second, phone)).page;
    await theirs.getByRole('heading', { name: 'Your practice wants to close your account' }).waitFor();
    await picture('client-soon-phone', theirs);
    await theirs.getByRole('button', { name: 'Keep my account' }).click();
    await theirs.getByRole('status').filter({ hasText: 'Your account stays as it is.' }).waitFor();
    await soon.waitFor({ state: 'detached' });
    await row.getByLabel("The client's log-in name").fill(second.login);
    await row.getByRole('button', { name: "Close a client's account" }).click();
    await row.getByRole('button', { name: 'Close it in 24 hours' }).click();
    await keepers.getByRole('button', { name: `Call it off: the account of ${second.name}` }).click();
    await keepers.getByRole('status').filter({ hasText: `The account of ${second.name} stays open.` }).waitFor();
  });

  await check('where no law wants it kept the page says that everything is deleted, in German and in the dark', async (place) => {
    const own = await place.demoHouse(house, ['--practice-retention', 'none']);
    const { client } = own.nextPair();
    const { page } = await place.person(own.origin, client, { ...narrow, ...dark, locale: 'de-DE' });
    await page.goto(`${own.origin}/account/close`);
    await page.getByText('Alles wird gelöscht').waitFor();
    await picture('own-de-dark', page);
    await page.getByRole('button', { name: 'Mein Konto schließen' }).click();
    await page.getByLabel('Passwort').fill(client.password);
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Ihr Konto ist geschlossen' }).waitFor();

    const admin = (await place.person(own.origin, own.accountsOf('administrator')[0], { ...phone, ...dark, locale: 'de-DE' })).page;
    await admin.getByText('Jemand, dessen Akte gelöscht ist').waitFor();
    await picture('administrator-de-dark-phone', admin);
  });
}
