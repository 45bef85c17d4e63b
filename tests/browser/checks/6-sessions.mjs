import { same, until } from '../lib/people.mjs';

/** What the form takes for a time so many minutes from now. */
const soon = (page, minutes) => page.evaluate((ahead) => {
  const at = new Date(Date.now() + ahead * 60_000);
  const two = (value) => String(value).padStart(2, '0');
  return { day: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`, time: `${two(at.getHours())}:${two(at.getMinutes())}` };
}, minutes);

export default async function add({ check, house }) {
  await check('a session from plan to end, seen by both in two browsers, through a reload and the death of the server', async (desk) => {
    const pair = house.nextPair();
    const therapist = await desk.person(house.origin, pair.therapist, { viewport: { width: 1280, height: 800 } });
    const client = await desk.person(house.origin, pair.client);

    // Planned.
    await therapist.page.locator('li.client', { hasText: pair.client.name }).getByRole('link', { name: 'Sessions' }).click();
    await therapist.page.getByRole('link', { name: 'Plan a session' }).click();
    await therapist.page.getByRole('heading', { name: `Plan a session with ${pair.client.name}` }).waitFor();
    await therapist.page.getByRole('button', { name: 'Save' }).click();
    await therapist.page.getByText('Please give a day and a time that are still to come.').waitFor();
    const { day, time } = await soon(therapist.page, 30);
    await therapist.page.getByLabel('Day', { exact: true }).fill(day);
    await therapist.page.getByLabel('Time', { exact: true }).fill(time);
    await therapist.page.getByRole('button', { name: 'Save' }).click();
    await therapist.page.getByText('Planned', { exact: true }).waitFor();
    // Whose page it is stands above what one writes there.
    await therapist.page.getByRole('heading', { name: `Session with ${pair.client.name}` }).waitFor();

    // The client is told and writes what to talk about; the therapist sees it without asking.
    await client.page.getByText('You can add what you want to talk about.').waitFor();
    await client.page.getByRole('link', { name: 'Prepare for the session' }).click();
    await client.page.getByLabel('A new point').fill('The stairs at work');
    await client.page.getByRole('button', { name: 'Add a point' }).click();
    await client.page.locator('li', { hasText: 'The stairs at work' }).waitFor();
    await therapist.page.locator('li', { hasText: 'The stairs at work' }).waitFor();
    same('the client has no notes', await client.page.getByText('My notes').count(), 0);

    // Begun: asked twice, then both are told.
    await client.openChat();
    await therapist.page.getByRole('button', { name: 'Begin session' }).click();
    await therapist.page.getByRole('button', { name: 'Yes, begin it' }).click();
    await client.page.locator('[role=status]', { hasText: /^Session \d+, since/ }).waitFor();
    const line = client.page.locator('ol .session', { hasText: 'began' });
    await line.last().waitFor();
    await client.page.getByRole('link', { name: 'Agenda (1)' }).waitFor();
    await therapist.page.getByRole('link', { name: 'Go to the session' }).click();
    await therapist.page.locator('#words').waitFor();
    await therapist.say('Shall we begin with the stairs?');
    await client.sees('begin with the stairs');

    // Notes beside the chat are kept as they are written.
    await therapist.page.getByLabel('What we talked about').fill('The stairs. She smiled.');
    await therapist.page.getByText(/^Saved, \d/).waitFor();

    // The server dies; the page is loaded again; nothing of it is lost.
    await house.kill();
    await house.start();
    await client.page.reload();
    await client.page.locator('[role=status]', { hasText: /^Session \d+, since/ }).waitFor();
    await therapist.page.reload();
    await until('the notes', async () => (await therapist.page.getByLabel('What we talked about').inputValue()) === 'The stairs. She smiled.');
    await client.say('Yes, the stairs.');
    await therapist.sees('Yes, the stairs.');

    // Ended: both are told, and it stands in the talk after what was said in it.
    await therapist.page.getByRole('button', { name: 'End session' }).click();
    await therapist.page.getByRole('button', { name: 'Yes, end it' }).click();
    for (const one of [therapist, client]) {
      await one.page.locator('[role=status]', { hasText: /^Session \d+ ended/ }).waitFor();
      const kinds = await one.page.locator('ol > li').evaluateAll((all) => all.slice(-4).map((item) =>
        item.matches('.session') ? item.textContent.replace(/[\d:]+/g, '#').trim() : item.querySelector('.text')?.textContent));
      same('in the talk', kinds, ['Session # began #', 'Shall we begin with the stairs?', 'Yes, the stairs.', 'Session # ended #']);
    }
    // What was said last stays in view, and the therapist is led on.
    const last = therapist.page.locator('ol .bubble', { hasText: 'Yes, the stairs.' });
    await until('the end of the talk in view', () => last.evaluate((one) => one.getBoundingClientRect().bottom <= innerHeight && one.getBoundingClientRect().top >= 0));
    await therapist.page.getByRole('link', { name: 'Plan the next session' }).waitFor();
    await therapist.page.getByRole('link', { name: 'Finish my notes' }).click();
    await therapist.page.getByRole('heading', { name: new RegExp(`^Session \\d+ with ${pair.client.name}$`) }).waitFor();
    await client.page.goto(`${house.origin}/`);
    await client.page.getByRole('link', { name: /^Chat/ }).waitFor();
    const notes = await client.page.evaluate(async () => {
      const { episodes } = await (await fetch('/api/episodes')).json();
      const { encounters } = await (await fetch(`/api/episodes/${episodes[0].id}/encounters`)).json();
      const answer = await fetch(`/api/encounters/${encounters[0].id}/notes`);
      return { status: answer.status, says: (JSON.stringify(encounters) + (await answer.text())).includes('smiled') };
    });
    same('the notes are nobody else’s', notes, { status: 403, says: false });
  });

  await check('a planned session is moved and cancelled, and the client sees both at once', async (desk) => {
    const pair = house.nextPair();
    const therapist = await desk.person(house.origin, pair.therapist);
    const client = await desk.person(house.origin, pair.client, { timezoneId: 'Asia/Tokyo' });
    await therapist.page.locator('li.client', { hasText: pair.client.name }).getByRole('link', { name: 'Sessions' }).click();
    await therapist.page.getByRole('link', { name: 'Plan a session' }).click();
    const { day } = await soon(therapist.page, 3 * 24 * 60);
    await therapist.page.getByLabel('Day', { exact: true }).fill(day);
    await therapist.page.getByLabel('Time', { exact: true }).fill('10:00');
    await therapist.page.getByLabel('By messages, over days').check();
    await therapist.page.getByRole('button', { name: 'Save' }).click();
    await client.page.getByText('By messages, over days').first().waitFor();
    await client.page.getByText(/^Your time\. .*:00/).first().waitFor();
    await client.page.getByRole('link', { name: 'Prepare for the session' }).click();
    await therapist.page.getByRole('button', { name: 'Move or change' }).click();
    await therapist.page.getByLabel('Length in days').fill('5');
    await therapist.page.getByRole('button', { name: 'Save' }).click();
    await client.page.getByText('5 days').waitFor();
    await therapist.page.getByRole('button', { name: 'Cancel the session' }).click();
    await therapist.page.getByRole('button', { name: 'Yes, cancel it' }).click();
    await client.page.getByText('Cancelled', { exact: true }).waitFor();
  });
}
