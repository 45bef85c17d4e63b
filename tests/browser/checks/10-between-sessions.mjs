import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' };
const desk = { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' };

export default async function add({ check, house, shots }) {
  const picture = async (name, page) => {
    if (shots) await page.screenshot({ path: join(shots, `between-${name}.png`), fullPage: true });
  };
  const clean = async (page) => {
    same('barriers', await barriers(page), []);
    same('too wide', await excess(page), 0);
  };
  /** A slider as a keyboard moves it. */
  const slide = async (page, label, to) => {
    const slider = page.getByRole('slider', { name: label });
    await slider.focus();
    await page.keyboard.press('Home');
    for (let step = 0; step < to; step++) await page.keyboard.press('ArrowRight');
    same(label, await slider.inputValue(), String(to));
  };

  await check('homework is given, written bit by bit through a reload, private until it is done; a diary page until it is shown', async (place) => {
    const pair = house.nextPair();
    const therapist = await place.person(house.origin, pair.therapist, desk);
    const client = await place.person(house.origin, pair.client, phone);
    const hers = therapist.page;
    const near = client.page;
    await hers.locator('li.client', { hasText: pair.client.name }).getByRole('link', { name: pair.client.name, exact: true }).first().click();
    await hers.getByRole('link', { name: 'Between sessions' }).click();
    await hers.getByRole('heading', { level: 1, name: `Between sessions with ${pair.client.name}` }).waitFor();
    await hers.getByText('Give homework', { exact: true }).click();
    await hers.getByLabel('What kind').selectOption({ label: 'Thought record' });
    await hers.getByRole('button', { name: 'Give it' }).click();
    await hers.getByText('Please write something first.').waitFor();
    same('focus at the field', await hers.evaluate(() => document.activeElement?.id), 'homework-title');
    await hers.getByLabel('What is it about?').fill('When the stairs feel too steep');
    await hers.getByLabel('Until when?').fill(await hers.evaluate(() => new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10)));
    await hers.getByRole('button', { name: 'Give it' }).click();
    const mine = (page, text) => page.locator('li.card', { hasText: text });
    await mine(hers, 'too steep').waitFor();

    // The client finds it on the phone, by the first page.
    await near.getByRole('link', { name: /^Between sessions/ }).first().click();
    await near.getByRole('heading', { level: 1, name: 'Between sessions' }).waitFor();
    const record = mine(near, 'too steep');
    await record.getByRole('button', { name: /^Write down a thought/ }).click();
    await record.getByLabel('What happened? Where were you?').fill('On the stairs at work.');
    await record.getByLabel('What went through your mind?').fill('Everybody stares.');
    await slide(near, 'How strong was it?', 7);
    await record.getByText(/^Habits of thinking/).click();
    await record.getByLabel(/Knowing what others think/).check();
    await record.getByText('Saved', { exact: true }).waitFor();
    await clean(near);
    await picture('thought-record-phone', near);
    await until('nothing of it for the therapist', async () => (await mine(hers, 'too steep').getByText('has not shown anything').count()) === 1);
    await near.reload();
    await record.getByText('On the stairs at work.', { exact: true }).waitFor();
    await record.getByText('Only you see this').waitFor();
    await record.getByRole('button', { name: /^Go on writing/ }).click();
    await record.getByLabel('How else could one see it?').fill('They look where they walk.');
    await record.getByText('Saved', { exact: true }).waitFor();
    await record.getByRole('button', { name: 'Close for now' }).click();
    await record.getByText('They look where they walk.', { exact: true }).waitFor();
    await record.getByLabel(/Remind me a day before/).check();
    await record.getByRole('button', { name: /^Partly/ }).click();
    await near.getByText(/^Earlier homework/).click();
    await record.getByText(`${pair.therapist.name} sees this`).waitFor();
    await hers.getByText(/^Earlier homework/).click();
    await mine(hers, 'too steep').getByText('They look where they walk.').waitFor();
    await mine(hers, 'too steep').getByText('Knowing what others think').waitFor();
    await clean(hers);
    await picture('therapist', hers);

    // A diary that the client takes on: one page stays theirs, another is shown and told of.
    await near.getByText('Take something on', { exact: true }).click();
    await near.getByLabel('What kind').selectOption({ label: 'Diary' });
    await near.getByLabel('What is it about?').fill('Before sleep');
    await near.getByRole('button', { name: 'Take it on' }).click();
    const diary = mine(near, 'Before sleep');
    for (const words of ['Only for me.', 'This one is for the two of us.']) {
      await diary.getByRole('button', { name: /^Write a page/ }).click();
      await diary.getByLabel('What do you want to write down?').fill(words);
      await diary.getByText('Saved', { exact: true }).waitFor();
      await diary.getByRole('button', { name: 'Close for now' }).click();
      await diary.getByText(words, { exact: true }).waitFor();
    }
    const shown = diary.locator('li', { hasText: 'for the two of us' });
    await shown.getByRole('button', { name: /^Tell / }).click();
    await near.getByText('sees this from then on').waitFor();
    await clean(near);
    await picture('tell-phone', near);
    await near.getByRole('button', { name: 'Send to the chat' }).click();
    await shown.getByText(`${pair.therapist.name} sees this`).waitFor();
    await mine(hers, 'Before sleep').getByText('This one is for the two of us.', { exact: true }).waitFor();
    same('the other page is the client’s', await hers.getByText('Only for me.').count(), 0);

    // The link in the chat opens it.
    await hers.getByRole('link', { name: 'Chat', exact: true }).click();
    const link = hers.locator('ol .bubble a[href*="/between/"]').last();
    await link.waitFor();
    const address = await link.getAttribute('href');
    await hers.goto(address);
    await until('it has the focus', () => hers.evaluate(() => document.activeElement?.id.startsWith('item-') && document.activeElement.textContent.includes('for the two of us')));

    // Removed for both, after a second thought.
    await shown.getByRole('button', { name: /^Remove/ }).click();
    await near.getByRole('button', { name: 'Yes, remove' }).click();
    await until('gone for both', async () => (await near.getByText('for the two of us').count()) + (await hers.getByText('for the two of us').count()) === 0);
  });

  await check('what went well, moods and what the therapist noticed; goals agreed, rated and reached; how the two work', async (place) => {
    const pair = house.nextPair();
    const therapist = await place.person(house.origin, pair.therapist, desk);
    const client = await place.person(house.origin, pair.client, phone);
    const hers = therapist.page;
    const near = client.page;
    await near.getByRole('link', { name: /^Between sessions/ }).first().click();
    await hers.locator('li.client', { hasText: pair.client.name }).getByRole('link', { name: pair.client.name, exact: true }).first().click();
    await hers.getByRole('link', { name: 'Between sessions' }).click();

    const joys = near.getByRole('region', { name: 'What went well' });
    await joys.getByText('Write something down', { exact: true }).click();
    await near.getByLabel('What went well?').fill('I took the stairs twice.');
    await joys.getByRole('button', { name: 'Save' }).click();
    await joys.locator('li', { hasText: 'stairs twice' }).getByText('Only you see this').waitFor();
    await near.getByLabel('How I feel').check();
    await joys.getByRole('button', { name: 'Save' }).click();
    await near.getByText('Please choose a number on the slider first.').waitFor();
    await slide(near, 'How is your mood?', 6);
    await near.getByLabel('A word for it').fill('lighter');
    await joys.getByLabel(`Show ${pair.therapist.name}`).check();
    await joys.getByRole('button', { name: 'Save' }).click();
    await hers.getByText('Mood: 6 of 10').waitFor();
    same('the first stays the client’s', await hers.getByText('stairs twice').count(), 0);
    await joys.locator('li', { hasText: 'stairs twice' }).getByRole('button', { name: /^Show / }).click();
    await hers.getByText('I took the stairs twice.').waitFor();
    await hers.getByText('Note what you noticed', { exact: true }).click();
    await hers.getByLabel('What did you notice?').fill('You said “I” today.');
    await hers.getByRole('region', { name: /what you noticed/ }).getByRole('button', { name: 'Save' }).click();
    await near.getByText('Noticed by the therapist').waitFor();
    await clean(near);
    await picture('achievements-phone', near);

    // A goal: proposed by the therapist, accepted by the client, rated twice, reached.
    await hers.getByText('A new goal', { exact: true }).click();
    await hers.getByLabel('What do you want to be different?').fill('Take the stairs without counting');
    await hers.getByLabel('How would you notice?').fill('I arrive and do not know the number.');
    await hers.getByRole('button', { name: 'Propose' }).first().click();
    const goal = near.locator('li.card', { hasText: 'without counting' });
    await goal.getByText('waits for your answer').waitFor();
    await goal.getByRole('button', { name: /^Yes, I want this too/ }).click();
    await goal.getByText('Both of you want this.').waitFor();
    for (const [progress, note] of [[2, ''], [5, 'Three days out of five.']]) {
      await goal.getByRole('button', { name: /^How far am I/ }).click();
      await slide(near, 'How far are you now?', progress);
      await goal.getByLabel('What makes it this number?').fill(note);
      await goal.getByRole('button', { name: 'Save' }).click();
      await goal.getByText(`${progress} of 10`).first().waitFor();
    }
    await goal.getByText(/^How it went/).click();
    await hers.locator('li.card', { hasText: 'without counting' }).getByText('5 of 10').first().waitFor();
    await near.evaluate(() => document.getElementById('goals').scrollIntoView());
    await clean(near);
    await picture('goals-phone', near);
    await goal.getByRole('button', { name: /^I have reached it/ }).click();
    await near.getByText(/^Reached or set aside/).click();
    await goal.getByText('Reached.').waitFor();

    // How they work: proposed by the client, agreed by the therapist.
    await near.getByText('Propose how to work', { exact: true }).click();
    const form = near.getByRole('region', { name: 'How we work' });
    await form.getByRole('button', { name: 'Propose' }).click();
    await near.getByText('Please choose one to five ways of working.').waitFor();
    await near.getByLabel(/Person-centred/).check();
    await near.getByLabel(/Solution-focused/).check();
    await near.getByLabel(/More open talk/).check();
    await near.getByLabel(/Anything to add/).fill('Slowly, please.');
    await clean(near);
    await picture('approach-phone', near);
    await form.getByRole('button', { name: 'Propose' }).click();
    await hers.getByRole('button', { name: 'Yes, let us work like this' }).click();
    await form.getByText('Both of you agreed.').waitFor();
    for (const colorScheme of ['light', 'dark']) {
      await hers.emulateMedia({ colorScheme });
      await clean(hers);
    }
    await picture('therapist-goals', hers);
    await near.setViewportSize({ width: 320, height: 640 });
    await clean(near);
    await near.getByText(/^Settings:/).click();
    await near.getByLabel('Language', { exact: true }).selectOption('de');
    await near.getByRole('heading', { level: 1, name: 'Zwischen den Sitzungen' }).waitFor();
    await clean(near);
    await picture('german-320', near);
  });
}
