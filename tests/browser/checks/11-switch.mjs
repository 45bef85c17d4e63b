import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { Caller, same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' };
const narrow = { viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' };
const desk = { viewport: { width: 1100, height: 900 }, reducedMotion: 'reduce' };

export default async function add({ check, house, shots }) {
  const picture = async (name, page) => {
    same(`${name}: too wide by`, await excess(page), 0);
    same(`${name}: barriers`, await barriers(page), []);
    if (shots) await page.screenshot({ path: join(shots, `switch-${name}.png`), fullPage: true });
  };
  const caller = async (account) => {
    const one = new Caller(house.origin, account);
    await one.logIn();
    return one;
  };
  const goes = async (one, client) =>
    (await one.ask('GET', '/api/therapist-switches')).switches.filter((each) => each.client === client.name).length;

  await check('a client goes to another therapist on a phone: nobody knows until both are told, and on the day the new one treats', async (place) => {
    const { client, therapist } = house.nextPair();
    const next = house.accountsOf('therapist').find((one) => one.login !== therapist.login);
    const asTherapist = await caller(therapist);
    const asNext = await caller(next);
    const profile = await asNext.ask('GET', '/api/me/therapist-profile');
    await asNext.ask('PUT', '/api/me/therapist-profile', {
      based_on: profile.revision, capacity: 200, approaches: [], languages: ['en', 'de'], reasons: [], focus: '', times: [], way: {}, about: ''
    });
    const before = await goes(asTherapist, client);

    const { page } = await place.person(house.origin, client, phone);
    await page.getByRole('link', { name: 'Ask for another therapist' }).click();
    await page.getByRole('heading', { name: 'Another therapist', level: 1 }).waitFor();
    await picture('begin-phone', page);
    await page.getByRole('button', { name: `Another therapist than ${therapist.name}` }).dblclick();
    await page.getByRole('heading', { name: 'Whom would you like?' }).waitFor();
    await page.getByText('Nobody knows of this but you.').waitFor();
    await picture('who-phone', page);
    // Three at most are proposed: whoever is wanted here need not be among them.
    const wanted = page.getByRole('button', { name: `Choose ${next.name}` });
    if ((await wanted.count()) > 0) await wanted.click();
    else await page.getByRole('button', { name: 'Find somebody for me' }).click();
    await page.getByRole('heading', { name: /^What is .+ to know\?$/ }).waitFor();
    const name = /^What is (.+) to know\?$/.exec(await page.getByRole('heading', { level: 2 }).first().textContent())[1];
    await picture('what-phone', page);
    await page.getByLabel('What helped').fill('Short steps.');
    await page.getByLabel('What did not help').fill('Long silences.');
    await page.getByRole('button', { name: 'That is what they are to know' }).click();
    await page.getByRole('heading', { name: 'From when on?' }).waitFor();
    await page.getByRole('radio', { name: 'All three of us meet once before' }).check();
    await picture('day-phone', page);
    await page.getByRole('button', { name: 'Look at it before it goes' }).click();
    await page.getByRole('heading', { name: 'Is it right like this?' }).waitFor();
    await page.getByText('Long silences.').waitFor();
    await until('the focus on the heading', () => page.evaluate(() => document.activeElement.matches('h1')));
    await picture('look-phone', page);
    same('nobody was told', await goes(asTherapist, client), before);

    const other = (await place.person(house.origin, client, narrow)).page;
    await other.goto(`${house.origin}/another`);
    await other.getByRole('heading', { name: 'Is it right like this?' }).waitFor();
    await picture('other-device', other);

    await page.getByRole('button', { name: 'Tell both' }).click();
    await until('both were told, or it is done', async () => (await page.getByText(new RegExp(`(work with|change to) ${name}`)).count()) > 0);
    await picture('told-phone', page);

    const desktop = (await place.person(house.origin, house.accountsOf('therapist').find((one) => one.name === name), desk)).page;
    await desktop.goto(`${house.origin}/another`);
    await desktop.getByRole('link', { name: new RegExp(client.name) }).first().click();
    await desktop.getByText('Short steps.').waitFor();
    await picture('arrives', desktop);
    const takes = desktop.getByRole('button', { name: 'I take it over' });
    if ((await takes.count()) > 0) await takes.click();
    await desktop.getByText(`has come from ${therapist.name}`).waitFor();
    await page.getByText(`You work with ${name} now.`).waitFor();
    await picture('done-phone', page);

    const former = (await place.person(house.origin, therapist, { ...desk, colorScheme: 'dark' })).page;
    await former.goto(`${house.origin}/another`);
    await former.getByRole('link', { name: new RegExp(client.name) }).first().click();
    await former.getByText(`works with ${name} now`).waitFor();
    same('of the summary nothing is there', await former.getByText('Short steps.').count(), 0);
    await picture('goes-dark', former);
  });

  await check('who leaves it as it is leaves no trace', async (place) => {
    const { client, therapist } = house.nextPair();
    const asTherapist = await caller(therapist);
    const before = await goes(asTherapist, client);
    const { page } = await place.person(house.origin, client, { ...phone, locale: 'de-DE' });
    await page.goto(`${house.origin}/another`);
    await page.getByRole('button', { name: `Jemand anderes als ${therapist.name}` }).click();
    await page.getByRole('heading', { name: 'Wen wünschen Sie sich?' }).waitFor();
    await page.getByRole('button', { name: 'Alles lassen, wie es ist' }).click();
    await page.getByRole('group', { name: 'Alles lassen, wie es ist' }).getByRole('button', { name: 'Alles lassen, wie es ist' }).click();
    await page.getByText('Alles ist, wie es war.').first().waitFor();
    await picture('left-phone', page);
    same('the therapist never hears of it', await goes(asTherapist, client), before);
  });
}
