import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { Mailbox } from '../lib/mailbox.mjs';
import { same, until } from '../lib/people.mjs';

export default async function add({ check, house, shots }) {
  const mail = await new Mailbox().open();
  await house.kill('SIGTERM');
  await house.start(mail.settings(house.origin));
  const { client, therapist } = house.nextPair();
  const address = (page) => page.getByLabel('Where mails may reach you');
  const password = (page) => page.getByRole('region', { name: 'Mail', exact: true }).getByLabel('Password');
  const save = (page) => page.getByRole('button', { name: 'Save', exact: true });

  await check('a person gives an address for mails, has a test mail sent, and is told what came of it', async (desk) => {
    const { page } = await desk.person(house.origin, client, { viewport: { width: 320, height: 700 } });
    await page.locator('footer summary').click();
    await page.getByText('No address is given: no mail tells you').waitFor();
    if (shots) await page.locator('footer').screenshot({ path: join(shots, 'mail-none-phone.png') });
    await address(page).fill('no address');
    await page.keyboard.press('Enter');
    same('the focus', await password(page).evaluate((field) => field === document.activeElement), true);
    await save(page).click();
    await page.getByRole('alert').filter({ hasText: 'Please fill in every field.' }).waitFor();
    if (shots) await page.locator('footer').screenshot({ path: join(shots, 'mail-proof-phone.png') });
    await password(page).fill(client.password);
    await save(page).click();
    await page.getByRole('alert').filter({ hasText: 'cannot be sent to this address' }).waitFor();
    await address(page).fill('somebody@example.net');
    await save(page).click();
    await page.getByRole('status').filter({ hasText: 'The address is saved.' }).waitFor();
    await page.getByRole('button', { name: 'Send me a test mail' }).click();
    await page.getByRole('status').filter({ hasText: 'somebody@example.net is on its way' }).waitFor();
    same('mails', mail.mails.length, 1);
    if (!mail.mails[0].text.includes('Subject: Rapport: test mail')) throw new Error(mail.mails[0].text);
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    if (shots) await page.locator('footer').screenshot({ path: join(shots, 'mail-phone.png') });
    await page.getByRole('button', { name: 'Send me a test mail' }).click();
    await page.getByRole('alert').filter({ hasText: 'wait a minute' }).waitFor();

    await page.reload();
    await page.locator('footer summary').click();
    await address(page).waitFor();
    same('after a reload', await address(page).inputValue(), 'somebody@example.net');
    await address(page).fill('');
    await password(page).fill('wrong');
    await save(page).click();
    await page.getByRole('alert').filter({ hasText: 'That is not your password of now.' }).waitFor();
    await password(page).fill(client.password);
    await password(page).press('Enter');
    await page.getByRole('status').filter({ hasText: 'The address is removed.' }).waitFor();
    await until('the focus goes on', () => page.evaluate(() => document.activeElement.id === 'mail-title'));
    await page.getByText('No address is given: no mail tells you').waitFor();
    same('no test without an address', await page.getByRole('button', { name: 'Send me a test mail' }).count(), 0);
  });

  await check('the settings open where one is: neither the page nor the focus moves', async (desk) => {
    const { page } = await desk.person(house.origin, therapist, { viewport: { width: 360, height: 640 } });
    await page.locator('li.client').first().waitFor();
    await page.getByRole('region', { name: 'A way back for you' }).waitFor();
    const summary = page.locator('footer summary');
    await summary.focus();
    const far = await page.evaluate(() => scrollY);
    if (far < 300) throw new Error(`the page is too short to tell: ${far}`);
    await page.keyboard.press('Enter');
    await address(page).waitFor();
    await page.waitForTimeout(300);
    same('the page', await page.evaluate(() => scrollY), far);
    same('the focus', await page.evaluate(() => document.activeElement.tagName), 'SUMMARY');
  });

  await check('a client without an address is asked for one, is led to the field, and can put that away', async (desk) => {
    const { page } = await desk.person(house.origin, house.nextPair().client, { viewport: { width: 360, height: 740 } });
    const card = page.getByRole('region', { name: 'A way back for you' });
    await card.waitFor();
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    if (shots) await card.screenshot({ path: join(shots, 'mail-asked-phone.png') });
    await card.getByRole('button', { name: 'Give an address' }).click();
    await until('the focus on the field', () => page.evaluate(() => document.activeElement.id === 'mail-address'));
    await card.getByRole('button', { name: 'Not now' }).click();
    await card.waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('link', { name: 'Course' }).waitFor();
    await page.waitForLoadState('networkidle');
    same('asked again', await card.count(), 0);
  });

  await check('whoever works there is asked, too, and to confirm an address that may be another’s', async (desk) => {
    const { page } = await desk.person(house.origin, therapist, { viewport: { width: 360, height: 740 } });
    const card = page.getByRole('region', { name: 'A way back for you' });
    await card.getByText('while there is a day to object').waitFor();
    await card.getByText('Without one no mail tells you of an answer about harm either.').waitFor();
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    if (shots) await card.screenshot({ path: join(shots, 'mail-asked-staff-phone.png') });
    // No program of today makes an account as those of an earlier version are.
    await page.route('**/api/me/email', async (route) => {
      if (route.request().method() !== 'GET') return route.continue();
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), address: 'inviter@example.net' } });
    });
    await page.reload();
    await card.getByText('may have been written by whoever invited you').waitFor();
    if (shots) await card.screenshot({ path: join(shots, 'mail-unconfirmed-card-phone.png') });
    await card.getByRole('button', { name: 'Look at the address' }).click();
    await until('the focus on the field', () => page.evaluate(() => document.activeElement.id === 'mail-address'));
    await page.getByRole('button', { name: 'This address is mine' }).click();
    await password(page).waitFor();
    same('barriers', await barriers(page), []);
    if (shots) await page.locator('footer').screenshot({ path: join(shots, 'mail-unconfirmed-phone.png') });
  });

  await mail.close();
  await check('when the mail server is gone the sentence says so, in German too, and nobody sees the address of another', async (desk) => {
    const { page } = await desk.person(house.origin, therapist, { locale: 'de-DE', colorScheme: 'dark', viewport: { width: 900, height: 800 } });
    await page.locator('footer summary').click();
    const field = page.getByLabel('Wo E-Mails Sie erreichen dürfen');
    await field.waitFor();
    same('the field of another', await field.inputValue(), '');
    await field.fill('jemand@example.net');
    await page.getByRole('region', { name: 'E-Mail', exact: true }).getByLabel('Passwort').fill(therapist.password);
    await page.getByRole('button', { name: 'Speichern', exact: true }).click();
    await page.getByRole('button', { name: 'Test-E-Mail an mich senden' }).click();
    await page.getByRole('alert').filter({ hasText: 'Der Mailserver der Praxis war nicht erreichbar.' }).waitFor();
    same('barriers', await barriers(page), []);
    if (shots) await page.locator('footer').screenshot({ path: join(shots, 'mail-desk.png') });
  });
}
