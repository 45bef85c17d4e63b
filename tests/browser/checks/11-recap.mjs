import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' };
const desk = { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' };

export default async function add({ check, house, shots }) {
  const picture = async (name, page) => {
    if (shots) await page.screenshot({ path: join(shots, `recap-${name}.png`), fullPage: true });
  };
  const clean = async (page) => {
    same('barriers', await barriers(page), []);
    same('too wide', await excess(page), 0);
  };
  /** As short as one can be: its recap can be written as soon as it has begun. */
  const hold = async (hers, origin, name) => {
    await hers.goto(`${origin}/`);
    await hers.locator('li.client', { hasText: name }).getByRole('link', { name: 'Sessions' }).click();
    await hers.getByRole('link', { name: 'Plan a session' }).click();
    const at = await hers.evaluate(() => {
      const soon = new Date(Date.now() + 10 * 60_000);
      const two = (value) => String(value).padStart(2, '0');
      return { day: `${soon.getFullYear()}-${two(soon.getMonth() + 1)}-${two(soon.getDate())}`, time: `${two(soon.getHours())}:${two(soon.getMinutes())}` };
    });
    await hers.getByLabel('Day', { exact: true }).fill(at.day);
    await hers.getByLabel('Time', { exact: true }).fill(at.time);
    await hers.locator('#length').fill('5');
    await hers.getByRole('button', { name: 'Save' }).click();
    await hers.getByRole('button', { name: 'Begin session' }).click();
    await hers.getByRole('button', { name: 'Yes, begin' }).click();
    await hers.getByRole('heading', { level: 2, name: 'Recap of this session' }).waitFor();
    return new URL(hers.url()).pathname;
  };
  const status = (page, text) => page.getByRole('region', { name: /^(Recap of this session|Rückblick auf diese Sitzung)$/ }).getByText(text, { exact: true }).waitFor();

  await check('the recap is written by two at once, sent back, confirmed by the client alone, kept and printed; then one open question', async (place) => {
    const pair = house.nextPair();
    const hers = (await place.person(house.origin, pair.therapist, desk)).page;
    const near = (await place.person(house.origin, pair.client, phone)).page;

    // Something that went well and is shown, to be gathered.
    await near.getByRole('link', { name: /^Between sessions/ }).first().click();
    await near.getByRole('heading', { level: 1, name: 'Between sessions' }).waitFor();
    const episode = new URL(near.url()).pathname.split('/')[2];
    const told = await near.evaluate(async ({ episode }) => {
      const session = await (await fetch('/api/session', { headers: { Accept: 'application/json' } })).json();
      const id = `${Date.now().toString(16).padStart(12, '0').replace(/^(.{8})(.{4})$/, '$1-$2')}-7000-8000-${Math.random().toString(16).slice(2, 14).padEnd(12, '0')}`;
      const answer = await fetch(`/api/episodes/${episode}/achievements`, {
        method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': session.csrf },
        body: JSON.stringify({ id, kind: 'achievement', text: 'Took the train alone', at: new Date().toISOString(), shared: true })
      });
      return answer.status;
    }, { episode });
    same('written down', told, 204);

    const session = await hold(hers, house.origin, pair.client.name);
    await near.goto(`${house.origin}${session}`);
    await near.getByRole('heading', { level: 2, name: 'Goals in view' }).waitFor();
    await near.getByText('It is time for the recap.', { exact: true }).waitFor();
    await status(near, 'Not begun yet');

    // The therapist takes what is offered; the client sees it come, and adds a line by keyboard.
    await hers.getByRole('button', { name: 'Take it: Took the train alone' }).dblclick();
    await near.getByRole('button', { name: 'Remove: Took the train alone' }).waitFor();
    same('once, though tapped twice', await hers.getByRole('button', { name: 'Remove: Took the train alone' }).count(), 1);
    await near.getByLabel('Something else that was achieved').focus();
    await near.keyboard.type('I said no to my brother');
    await near.keyboard.press('Enter');
    await hers.getByText('I said no to my brother').waitFor();
    await until('the field has the focus', () => near.evaluate(() => document.activeElement?.id === 'recap-line'));

    // Both write in one text at once: nothing is lost.
    await hers.context().setOffline(true);
    await hers.getByLabel(/^What does .* take along/).fill('Trains are possible.');
    await near.getByLabel('What do you take with you?').fill('I can do it.');
    await near.getByText('Saved', { exact: true }).waitFor();
    await hers.context().setOffline(false);
    await hers.getByText('You both changed this text.').waitFor();
    await clean(hers);
    await picture('both-wrote', hers);
    await hers.getByRole('button', { name: 'Keep both' }).click();
    await until('the client has both', async () => {
      const text = await near.getByLabel('What do you take with you?').inputValue();
      return text.includes('I can do it.') && text.includes('Trains are possible.');
    });
    await near.getByLabel('New homework').fill('Take the train on Friday');
    await near.getByRole('button', { name: 'Add it' }).click();
    await hers.getByRole('checkbox', { name: /Take the train on Friday/ }).waitFor();
    await clean(near);
    await picture('draft-phone', near);

    // Proposed, sent back with a word, changed, proposed again.
    await hers.getByRole('button', { name: 'This is how it could stand' }).dblclick();
    await status(near, 'Waiting for you to confirm it');
    same('the therapist cannot confirm', await hers.getByRole('button', { name: 'Yes, this is right' }).count(), 0);
    await near.getByRole('button', { name: 'Not like this' }).click();
    await near.getByLabel(/^What is not right/).fill('It was my sister.');
    await clean(near);
    await picture('not-like-this-phone', near);
    await near.getByRole('button', { name: 'Send it back' }).click();
    await hers.getByText('It was my sister.').waitFor();
    await hers.getByRole('button', { name: 'Remove: I said no to my brother' }).click();
    await hers.getByLabel('Something else that was achieved').fill('Said no to the sister');
    await hers.getByRole('button', { name: 'Add', exact: true }).last().click();
    await hers.getByRole('button', { name: 'Remove: Said no to the sister' }).waitFor();
    await hers.getByRole('button', { name: 'This is how it could stand' }).click();
    await status(near, 'Waiting for you to confirm it');

    // A stale page confirms nothing: what the client had read is not what stands there.
    await near.context().setOffline(true);
    await hers.getByRole('button', { name: 'Change it' }).click();
    await hers.getByLabel('Something else that was achieved').fill('And slept well');
    await hers.getByRole('button', { name: 'Add', exact: true }).last().click();
    await hers.getByRole('button', { name: 'Remove: And slept well' }).waitFor();
    await near.route('**/api/encounters/*/recap', (route) => (route.request().method() === 'GET' ? route.abort() : route.continue()));
    await near.context().setOffline(false);
    await near.getByRole('button', { name: 'Yes, this is right' }).click();
    await near.getByText('It was changed meanwhile. Please look at it again.').waitFor();
    await near.unroute('**/api/encounters/*/recap');
    await near.reload();
    await status(near, 'Being written');
    await hers.getByRole('button', { name: 'This is how it could stand' }).click();
    await status(near, 'Waiting for you to confirm it');

    // The first page says that it waits; from there it is confirmed, tapped twice.
    await near.goto(`${house.origin}/`);
    await near.getByText('Your recap is ready to look at.').waitFor();
    await near.getByRole('link', { name: /^Look at it/ }).click();
    await near.getByRole('button', { name: 'Yes, this is right' }).dblclick();
    await status(near, 'Confirmed');
    await status(hers, 'Confirmed');
    await picture('confirmed-phone', near);

    // After the end: the forms, and one open question.
    await hers.getByRole('button', { name: 'End session' }).click();
    await hers.getByRole('button', { name: 'Yes, end' }).click();
    await near.getByRole('link', { name: 'One open question' }).click();
    await near.getByText(`Only ${pair.therapist.name} reads this.`).waitFor();
    await near.getByLabel(/^Is there anything about today/).fill('Slower next time, please.');
    await clean(near);
    await picture('question-phone', near);
    await near.getByRole('button', { name: `Send to ${pair.therapist.name}` }).dblclick();
    await near.getByText('Slower next time, please.', { exact: true }).waitFor();
    await hers.getByText('Slower next time, please.', { exact: true }).waitFor();
    await clean(hers);
    await picture('therapist', hers);

    // The client's to keep.
    await near.goto(`${house.origin}/`);
    await near.getByRole('link', { name: 'My recaps' }).click();
    await near.getByRole('heading', { level: 1, name: 'My recaps' }).waitFor();
    await near.getByText('Said no to the sister').waitFor();
    await clean(near);
    await picture('own-phone', near);
    const [download] = await Promise.all([near.waitForEvent('download'), near.getByRole('button', { name: /^Keep as a text file/ }).first().click()]);
    const text = await readFile(await download.path(), 'utf8');
    for (const words of ['Took the train alone', 'Said no to the sister', 'I can do it.', 'Take the train on Friday']) same(words, text.includes(words), true);
    same('the question is not in it', text.includes('Slower'), false);
    await near.emulateMedia({ media: 'print' });
    same('the paper has no buttons', await near.getByRole('button', { name: /^Print/ }).count(), 0);
    await picture('paper', near);
    await near.emulateMedia({ media: null });
  });

  await check('the recap in German on a phone, by keyboard', async (place) => {
    const pair = house.nextPair();
    const hers = (await place.person(house.origin, pair.therapist, desk)).page;
    const near = (await place.person(house.origin, pair.client, phone)).page;
    const session = await hold(hers, house.origin, pair.client.name);
    await near.evaluate(() => localStorage.setItem('locale', 'de'));
    await near.goto(`${house.origin}${session}`);
    await near.getByRole('heading', { level: 2, name: 'Rückblick auf diese Sitzung' }).waitFor();
    await near.getByLabel('Etwas anderes, das geschafft ist').focus();
    await near.keyboard.type('Ich bin hingegangen');
    await near.keyboard.press('Enter');
    await near.getByRole('button', { name: 'Entfernen: Ich bin hingegangen' }).waitFor();
    await near.getByRole('button', { name: 'So könnte er stehen bleiben' }).focus();
    await near.keyboard.press('Enter');
    await near.getByRole('button', { name: 'Ja, so stimmt es' }).focus();
    await near.keyboard.press('Enter');
    await status(near, 'Bestätigt');
    same('the focus is at the recap', await near.evaluate(() => document.activeElement?.id), 'recap');
    await clean(near);
    await picture('german-phone', near);
    await status(hers, 'Confirmed');
  });
}
