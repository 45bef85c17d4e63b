import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { Person, same, until } from '../lib/people.mjs';
import { codeOf } from '../lib/totp.mjs';

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
    await now.fill(therapist.password);
    await anew.fill('kurz');
    await change.click();
    await page.getByRole('alert').filter({ hasText: 'mindestens 10 Zeichen' }).waitFor();
    await now.fill('falsch');
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

  await check('a client turns the second step on by keyboard, logs in with a code and with a recovery code, and turns it off again', async (desk) => {
    const { page } = await desk.person(house.origin, client, { viewport: { width: 320, height: 700 } });
    await open(page);
    await page.getByRole('button', { name: 'Set it up' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Password', { exact: true }).fill(client.password);
    await page.keyboard.press('Enter');
    await page.getByRole('img', { name: /^QR code/ }).waitFor();
    const secret = await page.locator('main p code').innerText();
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    if (shots) await page.screenshot({ path: join(shots, 'factor-phone.png'), fullPage: true });
    await page.getByLabel('The code that the app shows now').fill('000000');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'This code is not right' }).waitFor();
    await page.getByLabel('The code that the app shows now').fill(codeOf(secret));
    await page.keyboard.press('Enter');
    await page.getByText('Keep these recovery codes.').waitFor();
    const codes = await page.locator('main .codes code').allInnerTexts();
    same('recovery codes', codes.length, 10);
    same('too wide by', await excess(page), 0);
    if (shots) await page.screenshot({ path: join(shots, 'codes-phone.png'), fullPage: true });
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('10 recovery codes are left.').waitFor();

    for (const [n, code] of [[0, codeOf(secret, 1)], [1, codes[0].toLowerCase()]]) {
      const other = await (await desk.context(house.origin, { viewport: { width: 360, height: 700 }, colorScheme: 'dark' })).newPage();
      await other.goto(house.origin);
      await other.locator('#login').fill(client.login);
      await other.locator('#password').fill(client.password);
      await other.keyboard.press('Enter');
      await other.getByRole('heading', { name: 'Second step' }).waitFor();
      await until('the focus is in the field', () => other.evaluate(() => document.activeElement.id === 'code'));
      if (n === 0) {
        same('barriers', await barriers(other), []);
        if (shots) await other.screenshot({ path: join(shots, 'code-phone.png'), fullPage: true });
        await other.keyboard.type('123456');
        await other.keyboard.press('Enter');
        await other.getByRole('alert').filter({ hasText: 'This code is not right' }).waitFor();
      }
      await other.locator('#code').fill(code);
      await other.keyboard.press('Enter');
      await other.getByRole('button', { name: 'Log out' }).waitFor();
    }

    await page.getByRole('button', { name: 'Turn off' }).click();
    await page.getByLabel('Password', { exact: true }).fill(client.password);
    await page.getByLabel('Code', { exact: true }).fill(codes[1]);
    await page.getByRole('button', { name: 'Turn off' }).click();
    await page.getByRole('status').filter({ hasText: 'The second step is off.' }).waitFor();
    await desk.person(house.origin, client);
  });
}
