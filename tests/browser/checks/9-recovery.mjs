import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { Mailbox } from '../lib/mailbox.mjs';
import { Caller, Person, same, until } from '../lib/people.mjs';
import { codeOf } from '../lib/totp.mjs';

/** The way back in: a forgotten password, a lost phone, and an administrator who vouches for a colleague. */
export default async function add({ check, house, shots }) {
  const shot = (page, name) => (shots ? page.screenshot({ path: join(shots, `${name}.png`), fullPage: true }) : undefined);

  await check('where the practice sends no mails the page says so, and whom to turn to', async (desk) => {
    const page = await (await desk.context(house.origin, { viewport: { width: 360, height: 740 } })).newPage();
    await page.goto(house.origin);
    await page.getByRole('link', { name: 'Password forgotten, or phone lost?' }).click();
    await page.getByText('This practice sends no mails').waitFor();
    same('no field', await page.locator('main input').count(), 0);
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    await shot(page, 'recovery-no-mail-phone');
  });

  const mail = await new Mailbox().open();
  await house.kill('SIGTERM');
  await house.start(mail.settings(house.origin));
  const { client, therapist } = house.nextPair();
  const caller = async (account, address) => {
    const one = new Caller(house.origin, account);
    await one.logIn();
    await one.ask('PUT', '/api/me/email', { address, language: 'en', password: account.password });
    return one;
  };
  const ask = async (page, account) => {
    await page.goto(`${house.origin}/recovery`);
    await page.locator('#recovery-login').fill(account.login);
    await page.keyboard.press('Enter');
  };

  await check('a client asks for a link on the phone, hears what everybody hears, chooses a password and logs in with it', async (desk) => {
    const own = await caller(client, 'client@example.net');
    const page = await (await desk.context(house.origin, { viewport: { width: 360, height: 740 } })).newPage();
    await page.goto(house.origin);
    await page.getByRole('link', { name: 'Password forgotten, or phone lost?' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Send me a link' }).click();
    await page.getByRole('alert').filter({ hasText: 'Please enter your login name.' }).waitFor();
    await until('the focus', () => page.evaluate(() => document.activeElement.id === 'recovery-login'));
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    await shot(page, 'recovery-ask-phone');
    await page.keyboard.type('nobody at all');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor();
    const toNobody = await page.locator('main').innerText();
    await page.getByRole('button', { name: 'Ask for another link' }).click();
    await page.locator('#recovery-login').fill(client.login);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor();
    same('the same words', await page.locator('main').innerText(), toNobody);
    await shot(page, 'recovery-asked-phone');

    const path = await mail.link('client@example.net');
    await page.goto('about:blank');
    await page.goto(house.origin + path);
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    await page.locator('#recovery-password').fill('short');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'at least 10 characters' }).waitFor();
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    await shot(page, 'recovery-choose-phone');
    client.password = 'quiet horse stairs';
    await page.locator('#recovery-password').fill(client.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your password is changed' }).waitFor();
    same('the token is out of the address', new URL(page.url()).hash, '');
    await shot(page, 'recovery-done-phone');
    await own.ask('GET', '/api/session').then(() => { throw new Error('the log-in of before is still open'); }, () => {});
    await page.getByRole('link', { name: 'To the log-in' }).click();
    await Person.logIn(page.context(), house.origin, client, page, true);

    await page.goto('about:blank');
    await page.goto(house.origin + path);
    await page.getByRole('heading', { name: 'This link does not work' }).waitFor();
    same('barriers', await barriers(page), []);
    await shot(page, 'recovery-gone-phone');
  });

  await check('a client without phone and recovery codes says so, in German and in the dark, and keeps the second step after all', async (desk) => {
    const own = await caller(client, 'client@example.net');
    const { secret } = await own.ask('POST', '/api/me/second-factor', { password: client.password });
    await own.ask('POST', '/api/me/second-factor/confirmation', { code: codeOf(secret) });
    const context = await desk.context(house.origin, { locale: 'de-DE', colorScheme: 'dark', viewport: { width: 320, height: 700 } });
    const page = await context.newPage();
    await ask(page, client);
    await page.getByRole('heading', { name: 'Sehen Sie in Ihre E-Mails' }).waitFor();
    await page.goto('about:blank');
    await page.goto(house.origin + (await mail.link('client@example.net')));
    await page.getByText('danach nach Ihrem zweiten Schritt gefragt').waitFor();
    await page.getByLabel('Mein Telefon ist weg und meine Wiederherstellungscodes auch').check();
    client.password = 'noch mehr fremde Wörter';
    await page.locator('#recovery-password').fill(client.password);
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    await shot(page, 'recovery-lost-phone-dark');
    await page.getByRole('button', { name: 'Passwort ändern' }).click();
    await page.getByText('Der zweite Schritt endet in 24 Stunden').waitFor();
    const stop = await mail.link('client@example.net');
    await page.goto('about:blank');
    await page.goto(house.origin + stop);
    await page.getByRole('heading', { name: 'Den zweiten Schritt behalten?' }).waitFor();
    same('barriers', await barriers(page), []);
    await shot(page, 'recovery-stop-phone-dark');
    await page.getByRole('button', { name: 'Zweiten Schritt behalten' }).click();
    await page.getByRole('heading', { name: 'Der zweite Schritt bleibt eingeschaltet' }).waitFor();
    await shot(page, 'recovery-stopped-phone-dark');
  });

  await check('a therapist without a recovery code asks the administrators, one of whom confirms it, and gets a link that needs none', async (desk) => {
    await caller(therapist, 'staff@example.net');
    const page = await (await desk.context(house.origin, { viewport: { width: 1000, height: 800 } })).newPage();
    await ask(page, therapist);
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor();
    await page.goto('about:blank');
    await page.goto(house.origin + (await mail.link('staff@example.net')));
    await page.locator('#recovery-password').fill('a plover on the shore');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByRole('alert').filter({ hasText: 'Please enter one of your recovery codes.' }).waitFor();
    await page.locator('#recovery-code').fill('AAAAA-AAAAA');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'none of your recovery codes' }).waitFor();
    same('barriers', await barriers(page), []);
    await shot(page, 'recovery-staff-desk');
    await page.getByRole('button', { name: 'I have no recovery code' }).click();
    await page.getByRole('heading', { name: 'I have no recovery code' }).waitFor();
    await shot(page, 'recovery-administrators-desk');
    await page.getByRole('button', { name: 'Ask the administrators' }).click();
    await page.getByRole('heading', { name: 'The administrators were asked' }).waitFor();

    const [administrator] = house.accountsOf('administrator');
    const people = (await desk.person(house.origin, administrator, { viewport: { width: 360, height: 740 } })).page;
    const waiting = people.getByRole('region', { name: 'Waiting to get back in' });
    await waiting.getByText(therapist.name).waitFor();
    same('too wide by', await excess(people), 0);
    same('barriers', await barriers(people), []);
    await shot(people, 'recovery-people-phone');
    if (shots) {
      await people.setViewportSize({ width: 1000, height: 800 });
      await shot(people, 'recovery-people-desk');
    }
    await waiting.getByRole('button', { name: `Confirm: ${therapist.name}` }).click();
    await waiting.getByRole('status').filter({ hasText: `${therapist.name} gets a link by mail.` }).waitFor();
    same('nobody waits any more', await waiting.locator('li').count(), 0);

    await page.goto('about:blank');
    await page.goto(house.origin + (await mail.link('staff@example.net')));
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    await page.locator('#recovery-password').waitFor();
    same('no code is asked for', await page.locator('#recovery-code').count(), 0);
    therapist.password = 'a plover on the shore';
    await page.locator('#recovery-password').fill(therapist.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your password is changed' }).waitFor();
    await page.getByRole('link', { name: 'To the log-in' }).click();
    await Person.logIn(page.context(), house.origin, therapist, page, true);
  });

  await mail.close();
}
