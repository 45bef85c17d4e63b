import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { Person, same, until } from '../lib/people.mjs';

export default async function add({ check, house, shots }) {
  const { client, therapist } = house.nextPair();
  const open = (page) => page.getByRole('link', { name: /^(Log-in and security|Anmeldung und Sicherheit)$/ }).click();

  await check('a client sees where they are logged in, ends one log-in and then all others, and the ended windows say so', async (desk) => {
    const { page } = await desk.person(house.origin, client, { viewport: { width: 320, height: 700 } });
    const others = [await desk.person(house.origin, client), await desk.person(house.origin, client)];
    await open(page);
    const items = page.locator('main li');
    await until('three log-ins', async () => (await items.count()) === 3);
    same('this one', await items.locator('.badge').allInnerTexts(), ['This one']);
    await page.getByText('Chrome on Linux').first().waitFor();
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    if (shots) await page.screenshot({ path: join(shots, 'account-phone.png'), fullPage: true });
    await page.getByRole('button', { name: /^Log out Chrome on Linux/ }).first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'That log-in has ended.' }).waitFor();
    same('two are left', await items.count(), 2);
    same('the focus', await page.evaluate(() => document.activeElement.id), 'logins');
    await page.getByRole('button', { name: 'Log out everywhere else' }).click();
    await page.getByText('You are logged in nowhere else.').waitFor();
    for (const other of others) await other.page.getByText('Your log-in has ended.').waitFor();
  });

  await check('a therapist changes the password, in German: what is wrong is said at its field, and the new one counts', async (desk) => {
    const { page } = await desk.person(house.origin, therapist, { locale: 'de-DE', colorScheme: 'dark', viewport: { width: 1000, height: 800 } });
    await open(page);
    const now = page.getByLabel('Ihr jetziges Passwort');
    const anew = page.getByLabel('Neues Passwort');
    const change = page.getByRole('button', { name: 'Passwort ändern' });
    await now.fill('falsch');
    await anew.fill('kurz');
    await change.click();
    await page.getByRole('alert').filter({ hasText: 'mindestens 12 Zeichen' }).waitFor();
    await anew.fill('lauter fremde Wörter');
    await change.click();
    await page.getByRole('alert').filter({ hasText: 'nicht Ihr jetziges Passwort' }).waitFor();
    same('the focus', await page.evaluate(() => document.activeElement.id), 'own-password');
    same('barriers', await barriers(page), []);
    if (shots) await page.screenshot({ path: join(shots, 'account-desk.png'), fullPage: true });
    await now.fill(therapist.password);
    await change.click();
    await page.getByRole('status').filter({ hasText: 'Ihr Passwort ist geändert.' }).waitFor();
    therapist.password = 'lauter fremde Wörter';
    await Person.logIn(await desk.context(house.origin), house.origin, therapist);
  });
}
