import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { Caller, newId, same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' };
const narrow = { viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' };
const desk = { viewport: { width: 1100, height: 900 }, reducedMotion: 'reduce' };
const title = "Something between us isn't right";

export default async function add({ check, house, shots }) {
  const picture = async (name, page) => {
    same(`${name}: too wide by`, await excess(page), 0);
    same(`${name}: barriers`, await barriers(page), []);
    if (shots) await page.screenshot({ path: join(shots, `concern-${name}.png`), fullPage: true });
  };
  const caller = async (account) => {
    const one = new Caller(house.origin, account);
    await one.logIn();
    return one;
  };
  /** How many concerns of this client somebody can read. */
  const heardBy = async (one, client) =>
    (await one.ask('GET', '/api/relationship-concerns')).concerns.filter((each) => each.client === client.name).length;

  await check('a client in distress says on a phone that something is not right; the therapist is led through it, and both agree', async (place) => {
    const { client, therapist } = house.nextPair();
    const asTherapist = await caller(therapist);
    const before = await heardBy(asTherapist, client);
    const { page } = await place.person(house.origin, client, phone);
    await page.locator('footer').getByRole('link', { name: title }).click();
    await page.getByRole('heading', { name: title }).waitFor();
    await until('the focus on the heading', () => page.evaluate(() => document.activeElement.matches('h1')));
    await page.getByText('It happens in every good working relationship').waitFor();
    await picture('say-phone', page);
    await page.getByLabel('In your own words, if you like').fill('When I cried you looked at the clock.\nI went home feeling small.');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('heading', { name: 'Who should hear it?' }).waitFor();
    await page.getByRole('button', { name: 'Look at it before it goes' }).click();
    await page.getByRole('alert').filter({ hasText: 'Choose who should hear it' }).waitFor();
    await picture('who-phone', page);
    await page.getByRole('radio', { name: new RegExp(`^${therapist.name}`) }).check();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Is this right?' }).waitFor();
    await page.getByText(`${therapist.name}, your therapist`).waitFor();
    await page.getByText('When I cried you looked at the clock.').waitFor();
    await picture('look-phone', page);
    same('nothing was sent before it was seen', await heardBy(asTherapist, client), before);

    const send = page.getByRole('button', { name: `Send to ${therapist.name}` });
    await send.dblclick();
    await page.getByText('Not read yet').first().waitFor();
    same('sent once', await heardBy(asTherapist, client), before + 1);
    await picture('told-phone', page);
    await page.goto(`${house.origin}/help`); // with the page before their eyes they would have seen what comes

    const desktop = (await place.person(house.origin, therapist, desk)).page;
    const news = desktop.locator('section', { has: desktop.getByRole('heading', { name: /^About working together/ }) });
    await news.getByText(client.name).waitFor();
    await picture('caseload', desktop);
    await news.getByRole('link', { name: new RegExp(client.name) }).first().click();
    await desktop.getByText('When I cried you looked at the clock.').waitFor();
    await desktop.getByRole('heading', { name: /Step 1 of 5: Hear it/ }).waitFor();
    await picture('heard', desktop);
    for (const step of ['Thank them', 'Explore it', 'Own your part', 'Agree on a change']) {
      await desktop.getByRole('button', { name: 'Next step' }).click();
      await desktop.getByRole('heading', { name: new RegExp(`: ?${step}`) }).waitFor();
      await until('the focus on the step', () => desktop.evaluate(() => document.activeElement.matches('h3')));
    }
    await desktop.getByRole('button', { name: 'Tell them that I have read it' }).click();
    await desktop.getByText('You have read it', { exact: true }).waitFor();
    same('it cannot be closed there', await desktop.getByRole('button', { name: 'It is settled' }).count(), 0);
    await desktop.getByLabel('A short note').fill('Look at this in supervision, about me.');
    await desktop.getByRole('button', { name: 'Keep the note' }).click();
    await desktop.getByRole('button', { name: `Ask ${client.name} whether it is so` }).click();
    await desktop.getByRole('alert').filter({ hasText: 'Write something first.' }).waitFor();
    await desktop.getByLabel('What we agreed on').fill('I turn the clock away, and we begin by asking how it was.');
    await desktop.keyboard.press('Tab');
    await desktop.keyboard.press('Enter');
    await desktop.getByText(`${client.name} has not answered yet.`).waitFor();
    await picture('proposed', desktop);

    await page.goto(`${house.origin}/`);
    await page.getByText('There is something new about what you said.').waitFor();
    await picture('home-phone', page);
    await page.getByRole('link', { name: 'Look at it' }).click();
    await page.getByText(`${therapist.name} has written down what you agreed on.`).waitFor();
    await picture('agree-phone', page);
    await page.getByRole('button', { name: 'Yes, we agreed on that' }).click();
    await page.getByRole('heading', { name: 'You have agreed on something' }).first().waitFor();
    await desktop.getByText('Agreed on a change', { exact: true }).waitFor();

    // The next session: asked on the first page, and answered for themselves alone.
    const { episodes } = await asTherapist.ask('GET', '/api/episodes');
    const episode = episodes.find((one) => one.client.name === client.name);
    const session = newId();
    await asTherapist.ask('POST', `/api/episodes/${episode.id}/encounters`, { id: session, start: new Date(Date.now() + 600_000).toISOString(), minutes: 50, channel: 'chat' });
    await asTherapist.ask('POST', `/api/encounters/${session}/open`);
    await asTherapist.ask('POST', `/api/encounters/${session}/close`);
    await page.goto(`${house.origin}/`);
    await page.getByText('Is it better now?').waitFor();
    await page.getByRole('link', { name: 'Say how it is' }).click();
    await page.getByRole('button', { name: 'Keep the answer for myself' }).click();
    await page.getByRole('alert').filter({ hasText: 'Choose one of the three.' }).waitFor();
    await picture('asked-phone', page);
    await page.getByRole('radio', { name: 'About the same' }).check();
    await page.getByRole('checkbox', { name: therapist.name }).check();
    await page.getByRole('button', { name: 'Send the answer' }).click();
    await page.getByText('That is no fault of yours.').waitFor();
    await page.getByRole('link', { name: 'Talk about it again' }).waitFor();
    await picture('not-better-phone', page);
    await desktop.getByText('Is it better between you?').first().waitFor();
    await picture('answered', desktop);

    // Taken back: the therapist finds nothing any more.
    await page.getByRole('button', { name: 'Take it back' }).click();
    await page.getByText('You cannot undo this.').waitFor();
    await page.getByRole('group', { name: 'Take it back' }).getByRole('button', { name: 'Take it back' }).click();
    await page.getByText(/What is over/).waitFor();
    await desktop.reload();
    await desktop.getByText('This page does not exist.').first().waitFor();
    same('nobody reads it', await heardBy(asTherapist, client), before);
  });

  await check('what is told to the neutral person shows nowhere to the therapist, until the client lets the two know of each other', async (place) => {
    const { client, therapist } = house.nextPair();
    const neutral = house.accountsOf('neutral_person')[0];
    const asTherapist = await caller(therapist);
    const before = await heardBy(asTherapist, client);
    const { page } = await place.person(house.origin, client, narrow);
    await page.goto(`${house.origin}/between`);
    // Without words, and first for themselves.
    const start = page.getByRole('button', { name: 'Say something new' });
    await page.getByText('If you are in danger').waitFor();
    if (await start.count()) await start.click();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('radio', { name: /^Only me for now/ }).check();
    await page.getByRole('button', { name: 'Look at it before it goes' }).click();
    await page.getByText('Nobody but you reads it.').first().waitFor();
    await picture('keep-narrow', page);
    await page.getByRole('button', { name: 'Keep it for myself' }).click();
    await page.getByText('Only you know it').first().waitFor();
    await picture('kept-narrow', page);

    await page.getByRole('button', { name: 'Tell somebody' }).first().click();
    await page.getByLabel('In your own words, if you like').fill('I am afraid of his silence.');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('radio', { name: new RegExp(`^${neutral.name}`) }).check();
    await page.getByRole('checkbox', { name: /I would like another therapist/ }).check();
    await picture('neutral-narrow', page);
    await page.getByRole('button', { name: 'Look at it before it goes' }).click();
    await page.getByText('You ask for another therapist.').waitFor();
    await page.getByRole('button', { name: `Send to ${neutral.name}` }).click();
    await page.getByText('Not read yet').first().waitFor();
    same('the therapist hears nothing', await heardBy(asTherapist, client), before);

    const other = (await place.person(house.origin, neutral, desk)).page;
    // What the client answered in forms stands there, too.
    await other.locator('section', { has: other.getByRole('heading', { name: /^About working together/ }) }).getByRole('link', { name: new RegExp(client.name) }).first().click();
    await other.getByText('I am afraid of his silence.').waitFor();
    await other.getByText('They ask for another therapist.').waitFor();
    await picture('neutral', other);
    await other.getByLabel(`To ${client.name} alone`).fill('I have read it. Thank you for your trust.');
    await other.getByRole('button', { name: `Send to ${client.name}` }).click();
    await page.getByText('I have read it. Thank you for your trust.').waitFor();
    same('and still nothing', await heardBy(asTherapist, client), before);

    await page.getByRole('button', { name: 'Tell somebody else, too' }).first().click();
    await page.getByLabel('In your own words, if you like').fill('Your silence scares me.');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('radio', { name: new RegExp(`^${therapist.name}`) }).check();
    await page.getByRole('button', { name: 'Look at it before it goes' }).click();
    await page.getByRole('button', { name: `Send to ${therapist.name}` }).click();
    const mediated = page.getByRole('checkbox', { name: new RegExp(`${neutral.name} and ${therapist.name} may know of each other`) });
    await mediated.waitFor();
    await mediated.click();
    await until('that they know of each other', () => mediated.isChecked());
    await picture('mediated-narrow', page);
    await other.getByText(`${therapist.name} (their therapist) hears it, too.`).waitFor();

    // What each writes down is answered for itself.
    const asNeutral = await caller(neutral);
    const listed = (await asTherapist.ask('GET', '/api/relationship-concerns')).concerns.filter((each) => each.client === client.name);
    const { id: concern } = listed.sort((one, next) => next.told_at.localeCompare(one.told_at))[0];
    for (const [who, text] of [[asTherapist, 'I say what I think.'], [asNeutral, 'We three talk on Monday.']]) {
      await who.ask('POST', `/api/relationship-concerns/${concern}/agreements`, { id: newId(), text });
    }
    for (const { name } of [therapist, neutral]) await page.getByText(`${name} has written down what you agreed on.`).waitFor();
    await picture('two-proposals-narrow', page);
    await page.getByRole('button', { name: new RegExp(`^Yes, we agreed on that\\s?: ${therapist.name}$`) }).click();
    await page.getByRole('heading', { name: 'You have agreed on something' }).first().waitFor();
    await page.getByText(`${neutral.name} has written down what you agreed on.`).waitFor();

    const german = await place.person(house.origin, client, { ...phone, locale: 'de-DE' });
    await german.page.goto(`${house.origin}/between`);
    await german.page.getByRole('heading', { name: 'Zwischen uns stimmt etwas nicht' }).waitFor();
    await german.page.getByRole('heading', { name: 'Sie haben etwas vereinbart' }).first().waitFor();
    await picture('german-phone', german.page);
    const desktop = await place.person(house.origin, therapist, { ...phone, locale: 'de-DE' });
    await desktop.page.goto(`${house.origin}/between`);
    await desktop.page.getByRole('link', { name: new RegExp(client.name) }).first().click();
    await desktop.page.getByRole('heading', { name: /Schritt 1 von 5: Hören/ }).waitFor();
    await picture('german-heard-phone', desktop.page);
  });
}
