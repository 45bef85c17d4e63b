import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' };
const desk = { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' };

/** What the form takes for a time half an hour from now. */
const soon = (page) => page.evaluate(() => {
  const at = new Date(Date.now() + 30 * 60_000);
  const two = (value) => String(value).padStart(2, '0');
  return { day: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`, time: `${two(at.getHours())}:${two(at.getMinutes())}` };
});

export default async function add({ check, house, shots }) {
  const picture = async (name, page) => {
    if (shots) await page.screenshot({ path: join(shots, `session-forms-${name}.png`), fullPage: true });
  };

  await check('forms go with a session by themselves: chosen, asked for before it, taken back, asked for after it', async (place) => {
    const { therapist, client } = house.nextPair();
    const hers = await place.person(house.origin, therapist, desk);
    const near = await place.person(house.origin, client, phone);
    const row = () => hers.page.locator('li.client', { hasText: client.name });

    // Two before it, one after it; what goes to the neutral person is the practice's to choose and stays.
    await row().locator('a[href$="/forms"]').click();
    await hers.page.getByRole('link', { name: /^Forms: plan/ }).click();
    await hers.page.getByText('It cannot be left out here.').waitFor();
    const remove = hers.page.getByRole('button', { name: /^Remove/ });
    while ((await remove.count()) > 0) await remove.first().click();
    for (const [form, at] of [['GAD-7', 'before_session'], ['K6', 'before_session'], ['Relationship (SPARQ)', 'after_session']]) {
      const option = hers.page.locator('#plan-which option', { hasText: form }).first();
      await hers.page.locator('#plan-which').selectOption(await option.getAttribute('value'));
      await hers.page.locator('#plan-when').selectOption(at);
      await hers.page.getByRole('button', { name: 'Add', exact: true }).click();
    }
    await picture('choose', hers.page);
    await hers.page.getByRole('button', { name: 'Save the plan' }).click();
    await hers.page.getByText('You planned this for the two of you').waitFor();

    await hers.page.goto(`${house.origin}/`);
    await row().getByRole('link', { name: 'Sessions' }).click();
    await hers.page.getByRole('link', { name: 'Plan a session' }).click();
    const { day, time } = await soon(hers.page);
    await hers.page.getByLabel('Day', { exact: true }).fill(day);
    await hers.page.getByLabel('Time', { exact: true }).fill(time);
    await hers.page.getByRole('button', { name: 'Save' }).click();
    const forms = hers.page.getByRole('region', { name: 'Forms' });
    await forms.locator('li', { hasText: 'GAD-7' }).waitFor();
    await picture('session', hers.page);
    same('as many as were chosen', await forms.locator('li').count(), 2);
    const session = hers.page.url();

    // The client's first screen says what they are for, and which is next.
    const home = near.page.getByRole('region', { name: 'Forms for you' });
    await home.getByRole('heading', { name: /^Before the session on \w+,? \d+ \w+, \d/ }).first().waitFor();
    same('one is next', await home.locator('a.main').count(), 1);

    // The client begins one of them, which is theirs from then on, and looks at another, which is taken back.
    await near.page.getByRole('link', { name: /Fill in\s*: GAD-7/ }).first().click();
    await near.page.getByRole('button', { name: 'Begin' }).click();
    await near.page.locator('input').first().check();
    await near.page.getByText('Saved', { exact: true }).waitFor();
    await near.page.goto(`${house.origin}/`);
    await near.page.getByRole('link', { name: /Fill in\s*: K6/ }).first().click();
    await near.page.getByRole('button', { name: 'Begin' }).waitFor();
    await hers.page.goto(`${house.origin}/`);
    await row().locator('a[href$="/forms"]').click();
    const open = hers.page.getByRole('region', { name: 'To fill in' });
    await open.locator('li', { hasText: 'K6' }).first().waitFor();
    const count = await open.locator('li').count();
    same('what was begun is not taken back', await open.locator('li', { hasText: 'GAD-7' }).filter({ hasText: 'Begun, not sent yet' }).getByRole('button', { name: /Take it back/ }).count(), 0);
    await open.locator('li', { hasText: 'K6' }).first().getByRole('button', { name: /Take it back/ }).click();
    await hers.page.getByText('Your client will no longer see it').waitFor();
    await picture('take-back', hers.page);
    await hers.page.getByRole('button', { name: 'Yes, take it back' }).click();
    await until('one fewer', async () => (await open.locator('li').count()) === count - 1);
    await near.page.getByText('is not needed any more').waitFor();
    await picture('taken-back-phone', near.page);

    // The session is held; when it has ended, its other forms are there.
    await near.openChat();
    await hers.page.goto(session);
    await hers.page.getByRole('button', { name: 'Begin session' }).click();
    await hers.page.getByRole('button', { name: 'Yes, begin it' }).click();
    await near.page.locator('[role=status]', { hasText: /^Session \d+, since/ }).waitFor();
    await hers.page.getByRole('button', { name: 'End session' }).click();
    await hers.page.getByRole('button', { name: 'Yes, end it' }).click();
    await forms.locator('li', { hasText: 'Relationship (SPARQ)' }).waitFor();
    await near.page.getByRole('link', { name: 'How was the session?' }).click();
    await near.page.getByRole('link', { name: /Fill in\s*: Relationship \(SPARQ\)/ }).waitFor();
    await picture('after-phone', near.page);
    await until('too wide', async () => (await excess(near.page)) <= 0);

    await near.page.goto(`${house.origin}/`);
    for (const of of ['After', 'Before']) await home.getByRole('heading', { name: `${of} the session on` }).first().waitFor();
    same('one is next', await home.locator('a.main').count(), 1);
    for (const width of [320, 360, 1280]) {
      await near.page.setViewportSize({ width, height: 740 });
      // Under the names where those need the line, else beside them.
      const edges = await home.locator('a').evaluateAll((all) => ['left', 'right'].map((edge) => new Set(all.map((one) => Math.round(one.getBoundingClientRect()[edge]))).size));
      same(`the buttons stand alike at ${width} px`, Math.min(...edges), 1);
      same('too wide', await excess(near.page), 0);
      for (const colorScheme of ['light', 'dark']) {
        await near.page.emulateMedia({ colorScheme });
        same('barriers', await barriers(near.page), []);
        await picture(`home-${width}-${colorScheme}`, near.page);
      }
    }
  });
}
