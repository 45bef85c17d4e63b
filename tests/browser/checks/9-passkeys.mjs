import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { same, until } from '../lib/people.mjs';

/** A device that makes passkeys and recognises its owner, beside the browser of this page. */
class Device {
  static async beside(page) {
    // What looks for barriers comes by a session of its own, whose end would take the device away: so it comes first.
    await barriers(page);
    const device = new Device();
    device.cdp = await page.context().newCDPSession(page);
    await device.cdp.send('WebAuthn.enable');
    const { authenticatorId } = await device.cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
        automaticPresenceSimulation: true
      }
    });
    device.id = authenticatorId;
    return device;
  }

  async passkeys() {
    return (await this.cdp.send('WebAuthn.getCredentials', { authenticatorId: this.id })).credentials;
  }

  recognises(isUserVerified) {
    return this.cdp.send('WebAuthn.setUserVerified', { authenticatorId: this.id, isUserVerified });
  }

  /** As a copy that was made when the passkey had signed so often. */
  async fallBackTo(signCount) {
    const [credential] = await this.passkeys();
    await this.cdp.send('WebAuthn.removeCredential', { authenticatorId: this.id, credentialId: credential.credentialId });
    await this.cdp.send('WebAuthn.addCredential', { authenticatorId: this.id, credential: { ...credential, signCount } });
  }
}

export default async function add({ check, house, shots }) {
  const { client, therapist } = house.nextPair();
  const shot = (page, name) => (shots ? page.screenshot({ path: join(shots, `${name}.png`), fullPage: true }) : undefined);
  const open = (page) => page.getByRole('link', { name: /^(Log-in and security|Anmeldung und Sicherheit)$/ }).click();
  const logOut = async (page) => {
    await page.locator('.out:visible').click();
    await page.locator('#login').waitFor();
  };
  const section = (page) => page.getByRole('region', { name: 'Passkeys' });
  const givePassword = async (page, account) => {
    await page.locator('#login').fill(account.login);
    await page.locator('#password').fill(account.password);
    await page.keyboard.press('Enter');
  };

  await check('a client adds a passkey by keyboard, logs in with it alone and beside the password, finds a copy refused, and removes it', async (desk) => {
    const { page } = await desk.person(house.origin, client, { viewport: { width: 360, height: 740 } });
    const device = await Device.beside(page);
    await open(page);
    await section(page).getByRole('button', { name: 'Add a passkey' }).focus();
    await page.keyboard.press('Enter');
    await until('a name is proposed', async () => (await page.getByLabel('Name', { exact: true }).inputValue()) === 'Chrome on Linux');
    await page.getByLabel('Name', { exact: true }).fill('My phone <b>');
    await section(page).getByLabel('Password', { exact: true }).fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'not your password of now' }).waitFor();
    await section(page).getByLabel('Password', { exact: true }).fill(client.password);
    same('barriers', await barriers(page), []);
    await shot(page, 'passkey-add-phone');
    await page.keyboard.press('Enter');
    await page.getByText('Keep these recovery codes.').waitFor();
    same('recovery codes', await page.locator('main .codes code').count(), 10);
    const [code, another] = await page.locator('main .codes code').allInnerTexts();
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await section(page).getByText('My phone <b>', { exact: true }).waitFor();
    await page.getByText('Your passkeys are your second step.').waitFor();
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    await shot(page, 'passkeys-phone');
    const [made] = await device.passkeys();
    same('the device knows the place and nothing of the account', [made.rpId, atob(made.userHandle).includes(client.login)], ['localhost', false]);

    await logOut(page);
    await page.getByRole('button', { name: 'Log in with a passkey' }).waitFor();
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    await shot(page, 'passkey-login-phone');
    await page.getByRole('button', { name: 'Log in with a passkey' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Connected').waitFor();

    await logOut(page);
    await givePassword(page, client);
    await until('the focus is on the passkey', () => page.evaluate(() => document.activeElement.id === 'passkey'));
    same('barriers', await barriers(page), []);
    await shot(page, 'passkey-second-phone');
    await page.keyboard.press('Enter');
    await page.getByText('Connected').waitFor();

    await logOut(page);
    await device.recognises(false);
    await page.getByRole('button', { name: 'Log in with a passkey' }).click();
    await page.getByRole('alert').filter({ hasText: 'No passkey was used' }).waitFor();
    await device.recognises(true);
    await device.fallBackTo(1);
    await page.getByRole('button', { name: 'Log in with a passkey' }).click();
    await page.getByRole('alert').filter({ hasText: 'there may be a copy of it' }).waitFor();
    await shot(page, 'passkey-copied-phone');
    await givePassword(page, client);
    await page.locator('#code').fill(code);
    await page.keyboard.press('Enter');
    await page.getByText('Connected').waitFor();
    await open(page);
    await section(page).getByText(/^Refused .* may be a copy/).waitFor();
    same('barriers', await barriers(page), []);
    await page.getByRole('button', { name: 'Remove My phone <b>' }).focus();
    await page.keyboard.press('Enter');
    await section(page).getByLabel('Password', { exact: true }).fill(client.password);
    await section(page).getByLabel('Code', { exact: true }).fill(another);
    await page.keyboard.press('Enter');
    await page.getByText('The passkey is removed.').waitFor();
    await logOut(page);
    await page.getByRole('button', { name: 'Log in with a passkey' }).click();
    await page.getByRole('alert').filter({ hasText: 'was not accepted' }).waitFor();
    await givePassword(page, client);
    await page.getByText('Connected').waitFor();
  });

  await check('a therapist with two passkeys makes new recovery codes with one of them, in German, and cannot add one twice', async (desk) => {
    const { page } = await desk.person(house.origin, therapist, { locale: 'de-DE', colorScheme: 'dark', viewport: { width: 1100, height: 800 } });
    const device = await Device.beside(page);
    await open(page);
    const own = section(page);
    const proof = own.getByLabel('Passwort', { exact: true });
    await own.getByRole('button', { name: 'Passkey hinzufügen' }).click();
    await proof.fill(therapist.password);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Ich habe sie aufbewahrt' }).click();
    await own.getByRole('button', { name: 'Passkey hinzufügen' }).click();
    await proof.fill(therapist.password);
    await own.getByRole('button', { name: 'Mit einem Passkey statt des Codes' }).click();
    await page.getByRole('alert').filter({ hasText: 'gibt es schon einen Passkey von Ihnen' }).waitFor();
    same('one was made', (await device.passkeys()).length, 1);
    await own.getByRole('button', { name: 'Abbrechen' }).click();
    await page.getByRole('button', { name: 'Neue Wiederherstellungscodes' }).click();
    await page.getByLabel('Passwort', { exact: true }).fill(therapist.password);
    same('barriers', await barriers(page), []);
    await page.getByRole('button', { name: 'Mit einem Passkey statt des Codes' }).click();
    await page.getByText('Bewahren Sie diese Wiederherstellungscodes auf.').waitFor();
    await page.getByRole('button', { name: 'Ich habe sie aufbewahrt' }).click();
    await page.getByText('Ab jetzt gelten die neuen Wiederherstellungscodes.').waitFor();
    same('barriers', await barriers(page), []);
    await shot(page, 'passkeys-desk');
    await logOut(page);
    await givePassword(page, therapist);
    await page.getByRole('button', { name: 'Passkey benutzen' }).waitFor();
    await shot(page, 'passkey-second-desk');
    await page.getByRole('button', { name: 'Passkey benutzen' }).click();
    await page.getByText('Verbunden').waitFor();
  });

  await check('the first administrator sets up a passkey in place of an app, and is where the work begins', async (desk) => {
    const { real, path } = await desk.realHouse(house, 'Praxis am Wald', { factor: true });
    const page = await (await desk.context(real.origin, { viewport: { width: 320, height: 700 } })).newPage();
    await page.goto(real.origin + path);
    await page.locator('#join-name').waitFor();
    await Device.beside(page);
    await page.locator('#join-name').fill('Kim Adler');
    await page.locator('#join-login').fill('kim.adler');
    await page.locator('#join-password').fill('quiet horse stairs');
    await page.getByRole('button', { name: 'Create my account' }).click();
    await page.getByRole('button', { name: 'Add a passkey' }).waitFor();
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    await shot(page, 'first-passkey-phone');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await until('a name is proposed', async () => (await page.getByLabel('Name', { exact: true }).inputValue()) === 'Chrome on Linux');
    await section(page).getByLabel('Password', { exact: true }).fill('quiet horse stairs');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByRole('heading', { name: 'People', exact: true }).waitFor();
    await page.getByText('Connected').waitFor();
    await open(page);
    await page.getByRole('button', { name: /^Remove / }).click();
    await section(page).getByLabel('Password', { exact: true }).fill('quiet horse stairs');
    await section(page).getByRole('button', { name: 'With a passkey instead of the code' }).click();
    await page.getByRole('alert').filter({ hasText: 'must have a second step' }).waitFor();
  });

  await check('a browser that knows no passkeys shows none of it', async (desk) => {
    const context = await desk.context(house.origin);
    await context.addInitScript(() => delete globalThis.PublicKeyCredential);
    const page = await context.newPage();
    await page.goto(house.origin);
    await page.locator('#login').waitFor();
    await page.waitForLoadState('networkidle');
    same('no button', await page.getByRole('button', { name: 'Log in with a passkey' }).count(), 0);
  });
}
