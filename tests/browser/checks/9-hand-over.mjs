import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { Caller, newId, same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 360, height: 740 } };
const narrow = { viewport: { width: 320, height: 640 } };
const desk = { viewport: { width: 1100, height: 900 } };
const dark = { colorScheme: 'dark' };

export default async function add({ check, house, shots }) {
  const picture = async (name, page) => {
    same(`${name}: too wide by`, await excess(page), 0);
    same(`${name}: barriers`, await barriers(page), []);
    if (shots) await page.screenshot({ path: join(shots, `hand-over-${name}.png`), fullPage: true });
  };

  await check('a therapist hands a client over, who reads so; the colleague finds everything, the former therapist nothing', async (place) => {
    const own = await place.demoHouse(house, []);
    const { client, therapist } = own.nextPair();
    const colleague = own.accountsOf('therapist').find((one) => one.login !== therapist.login);
    const theirs = await place.person(own.origin, client, phone);
    await theirs.openChat();
    await theirs.say('This is for whoever treats me.');
    // What was announced and called off does not go without a word.
    const caller = new Caller(own.origin, therapist);
    await caller.logIn();
    const { episodes } = await caller.ask('GET', '/api/episodes');
    const { therapists } = await caller.ask('GET', '/api/absences');
    const { page } = await place.person(own.origin, therapist, desk);
    await caller.ask('POST', '/api/hand-overs', {
      id: newId(), episode: episodes.find((one) => one.client.name === client.name).id,
      to: therapists.find((one) => one.name === colleague.name).id, at: new Date(Date.now() + 3 * 86_400_000).toISOString()
    });
    await theirs.page.goto(own.origin);
    await theirs.page.getByText(`${colleague.name} will be your therapist`).waitFor();
    // Whoever can call it off reads so without looking for it.
    const ahead = page.getByRole('region', { name: 'Clients who go to somebody else' });
    await ahead.getByText(`${client.name}: ${colleague.name} is the therapist from`).waitFor();
    await picture('ahead', page);
    await ahead.getByRole('button', { name: `Call it off: ${client.name}` }).waitFor();
    await theirs.openChat();
    await theirs.page.getByText(`${colleague.name} will be your therapist`).waitFor();
    await theirs.page.goto(own.origin);
    await ahead.getByRole('button', { name: `Call it off: ${client.name}` }).click();
    await page.getByText('Called off. Everything stays as it was.').waitFor();
    same('the focus', await page.evaluate(() => document.activeElement.id), 'hand-overs-ahead-said');
    await picture('ahead-called-off', page);
    await theirs.page.getByText('It said here that somebody else would take over. That was called off').waitFor();
    await picture('called-off-phone', theirs.page);

    await page.getByRole('link', { name: 'Absences' }).click();
    await page.getByRole('heading', { name: 'Hand clients over' }).waitFor();
    await page.getByRole('button', { name: 'Hand over', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'Choose at least one client' }).waitFor();
    await page.getByLabel(client.name).check();
    await page.getByLabel('Who takes over').selectOption({ label: colleague.name });
    await page.getByRole('button', { name: 'Hand over', exact: true }).click();
    const question = page.getByRole('alert').filter({ hasText: `1 client goes to ${colleague.name} now.` });
    same('who goes', await question.getByRole('listitem').allInnerTexts(), [client.name]);
    await until('the focus on the harmless choice', () => page.evaluate(() => document.activeElement.id === 'hand-over-not'));
    await picture('sure', page);
    await page.getByRole('button', { name: 'Yes, hand over' }).click();
    await page.getByRole('status').filter({ hasText: `Saved: 1 client for ${colleague.name}.` }).waitFor();
    await until('no longer theirs', async () => (await page.getByLabel(client.name).count()) === 0);

    await theirs.page.goto(own.origin);
    await theirs.page.getByText(`${colleague.name} is your therapist`).waitFor();
    await picture('client-phone', theirs.page);
    const other = await place.person(own.origin, colleague, { ...narrow, ...dark });
    const row = other.page.locator('li.client', { hasText: client.name });
    await row.first().waitFor();
    await row.first().getByRole('link', { name: client.name }).first().click();
    await other.page.getByText(`You have taken over this client from ${therapist.name}`).waitFor();
    await picture('new-therapist-dark', other.page);
    await other.page.getByRole('link', { name: /^Chat/ }).first().click();
    await other.sees('This is for whoever treats me.');
  });

  await check('a neutral person reads whom a complaint may be about after the client was handed over, too', async (place) => {
    const own = await place.demoHouse(house, []);
    const neutral = own.accountsOf('neutral_person')[0];
    const asks = async (account) => {
      const caller = new Caller(own.origin, account);
      await caller.logIn();
      return caller;
    };
    const [{ id, client, therapist }] = (await (await asks(neutral)).ask('GET', '/api/concerns')).concerns;
    const former = own.accountsOf('therapist').find((one) => one.name === therapist);
    const colleague = own.accountsOf('therapist').find((one) => one.name !== therapist);
    const follower = await (await asks(colleague)).ask('GET', '/api/session');
    const theirs = await asks(former);
    const treatment = (await theirs.ask('GET', '/api/episodes')).episodes.find((one) => one.client.name === client);
    const { page } = await place.person(own.origin, neutral, phone);
    await page.getByText(`works with ${therapist}`, { exact: true }).first().waitFor();
    await theirs.ask('POST', '/api/hand-overs', { id: newId(), episode: treatment.id, to: follower.account.id });
    await page.reload();
    await page.getByText(`worked with ${therapist} when it was sent`).waitFor();
    await picture('neutral-list-phone', page);
    await page.goto(`${own.origin}/concerns/${id}`);
    await page.getByText(`works with ${colleague.name} now`).waitFor();
    await page.getByText(`worked with ${therapist} when it was sent`).waitFor();
    await picture('neutral-phone', page);
    const german = (await place.person(own.origin, neutral, { ...narrow, ...dark, locale: 'de-DE' })).page;
    await german.goto(`${own.origin}/concerns/${id}`);
    await german.getByText(`arbeitete mit ${therapist}, als der Bogen abgeschickt wurde`).waitFor();
    await picture('neutral-de-dark', german);
  });

  await check('an administrator dismisses a therapist, whose deputy goes on; nobody is named, and nobody is left', async (place) => {
    const own = await place.demoHouse(house, []);
    const { client, therapist } = own.nextPair();
    const colleague = own.accountsOf('therapist').find((one) => one.login !== therapist.login);
    const { page } = await place.person(own.origin, own.accountsOf('administrator')[0], desk);
    const row = page.locator('ul.people > li').filter({ has: page.locator('strong', { hasText: therapist.name }) });
    await row.getByLabel('Deputy: told of concerns too', { exact: true }).selectOption({ label: colleague.name });
    const save = row.getByRole('button', { name: 'Save: Deputy: told of concerns too' });
    if ((await save.getAttribute('aria-disabled')) !== 'true') await save.click();
    await page.getByRole('button', { name: `Close account: ${therapist.name}` }).click();
    await page.getByRole('alert').filter({ hasText: `${colleague.name} goes on with the clients` }).waitFor();
    await picture('dismissing', page);
    await page.getByRole('button', { name: 'Close it at once' }).click();
    await page.getByText('Has left. Hand each client over to another therapist.').waitFor();
    await page.getByRole('button', { name: `Hand clients over: ${therapist.name}` }).click();
    await page.getByText('Client since').first().waitFor();
    same('no name of a client', (await page.locator('main').innerText()).includes(client.name), false);
    await picture('administrator', page);

    const theirs = (await place.person(own.origin, client, { ...phone, locale: 'de-DE' })).page;
    await theirs.getByText(`${therapist.name} arbeitet nicht mehr hier.`).waitFor();
    await theirs.getByText(`Nur Sie und ${colleague.name} können Chat und Nachrichten lesen`).waitFor();
    same('whoever has left reads nothing', await theirs.locator('summary', { hasText: therapist.name }).count(), 0);
    await picture('left-client-de-phone', theirs);
    await theirs.getByRole('link', { name: /^Chat/ }).click();
    await theirs.getByRole('heading', { level: 1, name: `Chat mit ${colleague.name}` }).waitFor();
    await theirs.getByText(`Nur Sie und ${colleague.name} können Chat und Nachrichten lesen`).waitFor();
    same('nobody is said to be away', await theirs.getByText('gerade nicht da').count(), 0);
    await picture('left-chat-de-phone', theirs);
    const goesOn = (await place.person(own.origin, colleague, phone)).page;
    const taken = goesOn.locator('li.client', { hasText: client.name });
    await taken.first().getByText(`${therapist.name} no longer works here; you go on with this client until somebody takes over`).waitFor();
    await picture('goes-on-phone', goesOn);

    await page.getByRole('button', { name: 'Choose all' }).click();
    await page.getByLabel('Who takes over').selectOption({ label: colleague.name });
    await page.getByRole('button', { name: 'Hand over', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'and until then it can be called off' }).waitFor();
    await picture('administrator-sure', page);
    await page.getByRole('button', { name: 'Yes, hand over' }).click();
    await page.getByText(`${colleague.name} is the therapist from tomorrow`).first().waitFor();
    await picture('administrator-planned', page);
  });

  await check('a locked record is read by exception, once an administrator has confirmed it', async (place) => {
    const own = await place.demoHouse(house, ['--practice-country', 'DE']);
    const { client, therapist } = own.nextPair();
    const admin = (await place.person(own.origin, own.accountsOf('administrator')[0], { ...phone, locale: 'de-DE' })).page;
    const theirs = (await place.person(own.origin, client, phone)).page;
    await theirs.goto(`${own.origin}/account/close`);
    await theirs.getByRole('button', { name: 'Close my account' }).click();
    await theirs.getByLabel('Password').fill(client.password);
    await theirs.keyboard.press('Enter');
    await theirs.getByRole('status').filter({ hasText: 'Your account is closed.' }).waitFor();

    const { page } = await place.person(own.origin, therapist, desk);
    await page.getByRole('heading', { name: 'Locked records' }).waitFor();
    await page.getByRole('button', { name: `Ask to read the record of ${client.name}` }).click();
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'Please say why.' }).waitFor();
    await page.getByLabel(`Why the record of ${client.name} has to be read`).fill('A court has asked.');
    await picture('asking', page);
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText('It waits to be confirmed.').waitFor();

    await admin.reload();
    await admin.getByText('A court has asked.').waitFor();
    await picture('deciding-de-phone', admin);
    await admin.getByRole('button', { name: /^Bestätigen:.*liest die Akte/ }).click();
    await admin.getByText('Bestätigt von').waitFor();

    await page.reload();
    await page.getByRole('button', { name: `Read the record of ${client.name}` }).click();
    await page.getByRole('heading', { name: `Record of ${client.name}` }).waitFor();
    await picture('reading', page);
    await page.getByRole('button', { name: 'Close the record' }).click();

    const supervisor = own.accountsOf('supervisor')[0];
    const asks = (await place.person(own.origin, supervisor, phone)).page;
    await asks.getByRole('button', { name: `Ask to read the record of ${client.name}` }).click();
    await asks.getByLabel(`Why the record of ${client.name} has to be read`).fill('An insurer asks.');
    await asks.getByRole('button', { name: 'Ask', exact: true }).click();
    await asks.getByText('It waits to be confirmed.').waitFor();
    await admin.reload();
    await admin.getByRole('button', { name: `Bestätigen: ${supervisor.name} liest die Akte von ${client.name}` }).click();
    await admin.getByText('Bis es beginnt, kann es ablehnen, wer die Person behandelt hat.').waitFor();
    await asks.reload();
    await asks.getByText('until then whoever treated the client can refuse it').waitFor();
    await picture('granted-for-tomorrow-phone', asks);
    await page.reload();
    await page.getByText('unless you refuse it').waitFor();
    await picture('to-refuse', page);
    await page.getByRole('button', { name: `Refuse: ${supervisor.name} does not read the record of ${client.name}` }).click();
    await page.getByRole('status').filter({ hasText: 'Nobody reads the record.' }).waitFor();
    await picture('refused', page);
  });
}
