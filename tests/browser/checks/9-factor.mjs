import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { same, until } from '../lib/people.mjs';
import { codeOf } from '../lib/totp.mjs';

/** Where whoever works in the practice needs a second step, as a practice begins. */
export default async function add({ check, house, shots }) {
  const shot = (page, name) => (shots ? page.screenshot({ path: join(shots, `${name}.png`), fullPage: true }) : undefined);

  await check('the first administrator comes by the link, finds nothing but the second step, sets it up, is where the work begins, and moves it to another phone though the answer is lost', async (desk) => {
    const { real, path } = await desk.realHouse(house, 'Praxis am Fluss', { factor: true });
    const page = await (await desk.context(real.origin, { viewport: { width: 360, height: 740 } })).newPage();
    await page.goto(real.origin + path);
    await page.locator('#join-name').fill('Kim Adler');
    await page.locator('#join-login').fill('kim.adler');
    await page.locator('#join-password').fill('quiet horse stairs');
    await page.getByRole('button', { name: 'Create my account' }).click();
    await page.getByRole('heading', { name: 'Before you begin' }).waitFor();
    await page.getByRole('button', { name: 'Set it up' }).waitFor();
    await page.goto(`${real.origin}/account`);
    await page.getByRole('heading', { name: 'Before you begin' }).waitFor();
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    await shot(page, 'first-factor-phone');
    await page.getByRole('link', { name: 'Help now' }).first().click();
    await page.getByRole('heading', { name: 'Help now' }).waitFor();
    await page.goto(real.origin);
    await page.getByRole('button', { name: 'Set it up' }).click();
    await page.getByLabel('Password', { exact: true }).fill('quiet horse stairs');
    await page.keyboard.press('Enter');
    let secret = await page.locator('main p code').innerText();
    await page.getByLabel('The code that the app shows now').fill(codeOf(secret));
    await page.keyboard.press('Enter');
    await page.getByText('Keep these recovery codes.').waitFor();
    same('recovery codes', await page.locator('main .codes code').count(), 10);
    await shot(page, 'recovery-codes-phone');
    const codes = await page.locator('main .codes code').allInnerTexts();
    const recovery = codes[0];
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as text' }).click()]);
    const saved = await readFile(await file.path(), 'utf8');
    same('codes that the file lacks', codes.filter((one) => !saved.includes(one)), []);
    // Whoever has not said that they are kept is asked, here and after each reload.
    await page.reload();
    await page.getByText('you have not said that you kept them').waitFor();
    await page.goto(`${real.origin}/account`);
    await page.getByText('you have not said that you kept them').waitFor();
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    await shot(page, 'recovery-codes-unkept-phone');
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('it cannot be turned off').waitFor();
    await page.goto(real.origin);
    await page.getByRole('heading', { name: 'People', exact: true }).waitFor();
    await page.getByText('Connected').waitFor();
    await page.getByRole('link', { name: 'Log-in and security' }).click();
    await page.getByText('it cannot be turned off').waitFor();
    await until('the focus is on the heading', () => page.evaluate(() => document.activeElement.matches('main h1')));
    same('no way to turn it off', await page.getByRole('button', { name: 'Turn off' }).count(), 0);
    await page.getByRole('button', { name: 'Move to another phone' }).click();
    await page.getByLabel('Password', { exact: true }).fill('quiet horse stairs');
    await page.getByLabel('Code', { exact: true }).fill(recovery);
    same('barriers', await barriers(page), []);
    await shot(page, 'move-factor-phone');
    await page.keyboard.press('Enter');
    await page.getByRole('img', { name: /^QR code/ }).waitFor();
    secret = await page.locator('main p code').innerText();
    await page.route('**/replacement/confirmation', async (route) => {
      await route.fetch();
      await route.abort();
    }, { times: 1 });
    await page.getByLabel('The code that the app shows now').fill(codeOf(secret));
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'its recovery codes did not reach you' }).waitFor();
    same('barriers', await barriers(page), []);
    await shot(page, 'factor-unseen-phone');
    await page.locator('.out:visible').click();
    await page.locator('#login').fill('kim.adler');
    await page.locator('#password').fill('quiet horse stairs');
    await page.keyboard.press('Enter');
    await until('the focus is in the field', () => page.evaluate(() => document.activeElement.id === 'code'));
    same('no word of a demo', await page.getByText('rapport demo code').count(), 0);
    await page.keyboard.type(codeOf(secret, 1));
    await page.keyboard.press('Enter');
    await page.getByText('Connected').waitFor();
  });

  await check('a therapist of a demo logs in with a code that the server prints, and the page says how', async (desk) => {
    const strict = await desk.strictHouse(house);
    const [therapist] = strict.accountsOf('therapist');
    const page = await (await desk.context(strict.origin, { locale: 'de-DE', colorScheme: 'dark', viewport: { width: 320, height: 700 } })).newPage();
    await page.goto(strict.origin);
    await page.locator('#login').fill(therapist.login);
    await page.locator('#password').fill(therapist.password);
    await page.keyboard.press('Enter');
    await page.getByText(`rapport demo code ${therapist.login} --data DIR`).waitFor();
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    await shot(page, 'demo-code-phone');
    await page.locator('#code').fill(strict.demoCode(therapist.login));
    await page.keyboard.press('Enter');
    await page.getByText('Verbunden').waitFor();
    same('clients have no code', strict.accountsOf('client').filter((one) => one.totp_secret !== null), []);
  });
}
