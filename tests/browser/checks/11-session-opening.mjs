import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' };
const desk = { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' };

/** What the form takes for a time ten minutes from now. */
const soon = (page) => page.evaluate(() => {
  const at = new Date(Date.now() + 10 * 60_000);
  const two = (value) => String(value).padStart(2, '0');
  return { day: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`, time: `${two(at.getHours())}:${two(at.getMinutes())}` };
});

export default async function add({ check, house, shots }) {
  const picture = async (name, page) => {
    if (shots) await page.screenshot({ path: join(shots, `opening-${name}.png`), fullPage: true });
  };
  const clean = async (page) => {
    same('barriers', await barriers(page), []);
    same('too wide', await excess(page), 0);
  };
  const planSoon = async (page, name) => {
    await page.locator('li.client', { hasText: name }).getByRole('link', { name: 'Sessions' }).click();
    await page.getByRole('link', { name: 'Plan a session' }).click();
    const { day, time } = await soon(page);
    await page.getByLabel('Day', { exact: true }).fill(day);
    await page.getByLabel('Time', { exact: true }).fill(time);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Before the session', exact: true }).waitFor();
  };

  await check('before a session: written through a reload, urgent at once, on the agenda; where one is; and what the therapist prepares from', async (place) => {
    const { therapist, client } = house.nextPair();
    const hers = await place.person(house.origin, therapist, desk);
    const near = await place.person(house.origin, client, phone);

    // Something that went well, shown, and something that is kept.
    await near.page.getByRole('link', { name: /^Between sessions/ }).first().click();
    const joys = near.page.getByRole('region', { name: 'What went well' });
    await joys.getByText('Write something down', { exact: true }).click();
    const log = async (words, shown) => {
      await joys.getByLabel('What went well?').fill(words);
      if (shown) await joys.getByLabel(`Show ${therapist.name}`).check();
      await joys.getByRole('button', { name: 'Save' }).click();
      await joys.locator('li', { hasText: words }).waitFor();
    };
    await log('Cooked for two friends', true);
    await log('A walk that is mine alone', false);

    await planSoon(hers.page, client.name);
    const session = hers.page.url();

    // The client finds it on the first page, writes it on the phone with the keyboard, and it is there after a reload.
    await near.page.goto(`${house.origin}/`);
    await near.page.getByRole('link', { name: 'Before the session', exact: true }).click();
    await near.page.getByRole('heading', { level: 1, name: 'Before the session' }).waitFor();
    const slider = near.page.getByRole('slider', { name: 'How you are' });
    await slider.focus();
    await near.page.keyboard.press('Home');
    for (let step = 0; step < 3; step++) await near.page.keyboard.press('ArrowRight');
    await near.page.getByLabel('In your own words').fill('Nothing has changed.');
    await near.page.getByText('Draft saved', { exact: true }).waitFor();
    await near.page.reload();
    await until('it is still there', async () => (await near.page.getByLabel('In your own words').inputValue()) === 'Nothing has changed.');
    same('the number, too', await slider.inputValue(), '3');
    await near.page.getByLabel('Yes, it cannot wait').check();
    await near.page.getByText('Nobody is reading this right now.').waitFor();
    await near.page.getByLabel('What is urgent?').fill('The rent is due.');
    await near.page.getByLabel('Something to talk about').fill('Sleep');
    await near.page.keyboard.press('Enter');
    await near.page.getByLabel('Topic 1').waitFor();
    await clean(near.page);
    await picture('check-in-phone', near.page);
    await hers.page.goto(`${house.origin}/`);
    same('nothing of it before it is sent', await hers.page.getByText('Something urgent').count(), 0);
    await near.page.getByRole('button', { name: 'Send to my therapist' }).click();
    await near.page.getByRole('heading', { name: /^Sent/ }).waitFor();
    same('focus', await near.page.evaluate(() => document.activeElement?.id), 'check-in-sent');
    await hers.page.locator('li.client', { hasText: client.name }).getByText(/^Something urgent/).waitFor();

    // A second device that was offline meanwhile loses nothing, and takes nothing away: both stand there.
    await near.page.getByRole('button', { name: 'Change it' }).click();
    const kept = () => near.page.waitForResponse((answer) => answer.url().endsWith('/check-in/draft') && answer.ok());
    const first = kept();
    await near.page.getByLabel('What went well?').fill('From the phone');
    await first;
    const tablet = await place.person(house.origin, client, desk);
    await tablet.page.goto(near.page.url());
    await until('the tablet has it', async () => (await tablet.page.getByLabel('What went well?').inputValue()) === 'From the phone');
    await tablet.page.context().setOffline(true);
    await tablet.page.getByLabel('What went badly?').fill('From the tablet');
    const second = kept();
    await near.page.getByLabel('What went well?').fill('From the phone, later');
    await second;
    await tablet.page.context().setOffline(false);
    await tablet.page.getByRole('heading', { name: 'You have written something else on another device' }).waitFor();
    await tablet.page.getByText('From the phone, later', { exact: true }).waitFor();
    await clean(tablet.page);
    await picture('two-devices', tablet.page);
    await tablet.page.getByRole('button', { name: 'Keep what I wrote here' }).click();
    await until('the phone follows', async () => (await near.page.getByLabel('What went badly?').inputValue()) === 'From the tablet');
    await near.page.getByRole('button', { name: 'Send the change' }).click();
    await near.page.getByRole('heading', { name: /^Sent/ }).waitFor();

    // Where one is: asked on the page of the session, and never in the way.
    await near.page.getByRole('link', { name: 'To the session' }).click();
    const gate = near.page.getByRole('region', { name: 'Where are you now?' });
    await gate.getByRole('link', { name: 'Skip, I need to talk now' }).waitFor();
    await gate.getByRole('button', { name: 'Tell my therapist' }).click();
    same('focus at what is missing', await near.page.evaluate(() => document.activeElement?.id), 'gate-place');
    await gate.getByLabel('Your place now').fill('Ring 1, Vienna');
    same('what is no longer missing is not said', await gate.getByText('Say where you are, or skip this.').count(), 0);
    same('no number, no call', await gate.getByLabel('Call that number').isChecked(), false);
    await gate.getByLabel('Country').selectOption({ label: 'Austria' });
    await gate.getByLabel('A number to reach you').fill('+43 1 234');
    same('a number, a call', await gate.getByLabel('Call that number').isChecked(), true);
    await gate.getByLabel('Alone', { exact: true }).check();
    await gate.getByLabel('Offer this place and number next time').check();
    await clean(near.page);
    await picture('gate-phone', near.page);
    await gate.getByRole('button', { name: 'Tell my therapist' }).click();
    await gate.getByText('Ring 1, Vienna', { exact: true }).waitFor();
    await hers.page.goto(session);
    const there = hers.page.getByRole('region', { name: 'Where the client is' });
    await there.getByText('Ring 1, Vienna, Austria').waitFor();
    await there.getByRole('link', { name: /144/ }).waitFor();
    await hers.page.getByText('Sleep', { exact: true }).first().waitFor();
    await clean(hers.page);
    await picture('session-therapist', hers.page);

    // One look before the session: what is urgent on top, and what they reported that says otherwise.
    await hers.page.getByRole('link', { name: 'Prepare', exact: true }).click();
    await hers.page.getByRole('heading', { level: 1, name: `Before the session with ${client.name}` }).waitFor();
    await hers.page.getByText('The rent is due.').first().waitFor();
    const examples = hers.page.getByRole('region', { name: 'Earlier examples' });
    await examples.getByText('Nothing has changed', { exact: true }).waitFor();
    await examples.getByText('Cooked for two friends', { exact: true }).waitFor();
    same('what is kept is not in it', await hers.page.getByText('A walk that is mine alone').count(), 0);
    await clean(hers.page);
    await picture('prepare', hers.page);
    await examples.getByRole('button', { name: /^Use in the session/ }).first().click();
    await examples.getByText('Stands in your notes', { exact: true }).waitFor();
    await hers.page.goto(session);
    await until('it stands in the notes', async () =>
      (await hers.page.getByRole('textbox', { name: 'What I will do next' }).inputValue()).includes('Cooked for two friends'));
  });

  await check('a session opens in German, and whoever skips is in the chat at once', async (place) => {
    const { therapist, client } = house.nextPair();
    const hers = await place.person(house.origin, therapist, desk);
    await planSoon(hers.page, client.name);
    const session = hers.page.url();
    await hers.page.getByRole('button', { name: 'Begin session' }).click();
    await hers.page.getByRole('button', { name: 'Yes, begin it' }).click();
    await hers.page.getByRole('button', { name: /^End/ }).first().waitFor();
    const near = await place.person(house.origin, client, { ...phone, locale: 'de-DE' });
    await near.page.getByRole('link', { name: 'Vor der Sitzung', exact: true }).click();
    await near.page.getByRole('heading', { level: 1, name: 'Vor der Sitzung' }).waitFor();
    await near.page.getByLabel('Nein', { exact: true }).check();
    await clean(near.page);
    await picture('check-in-german', near.page);
    await near.page.getByRole('link', { name: 'Zur Sitzung' }).click();
    await near.page.getByRole('heading', { name: 'Wo sind Sie jetzt?' }).waitFor();
    await clean(near.page);
    await picture('gate-german', near.page);
    await near.page.getByRole('link', { name: 'Überspringen, ich muss jetzt reden' }).click();
    await near.page.getByRole('heading', { level: 1, name: new RegExp(therapist.name) }).waitFor();
    await hers.page.goto(session);
    await hers.page.getByText('The client went on without saying where they are.').waitFor();
  });
}
