import { Caller, newId, same, until } from '../lib/people.mjs';

const focused = (page) => page.evaluate(() => {
  const one = document.activeElement;
  return `${one?.tagName} ${one?.id} ${one?.textContent?.trim().slice(0, 60)}`.replace(/ +/g, ' ').trim();
});

/** Everything an act does to the page is done, and the focus stands where the next act begins: never nowhere. */
const goesOn = async (what, page, to) => {
  let last;
  await until(`${what}: the focus on "${to}"`, async () => (last = await focused(page)).startsWith(to)).catch((error) => {
    throw new Error(`${error.message}; last: ${last}`);
  });
};

/** Presses a control with the keyboard. */
const press = async (control, key = 'Enter') => {
  await control.focus();
  await control.press(key);
};

export default async function add({ check, house }) {
  await check('with the keyboard alone: log in, caseload, chat, send, thread, log out; the focus is always somewhere and visible', async (desk) => {
    const page = await (await desk.context(house.origin)).newPage();
    const { therapist } = house.nextPair();
    const focus = () => page.evaluate(() => {
      const one = document.activeElement;
      return `${one?.tagName} ${one?.id} ${one?.getAttribute('href') ?? ''} ${one?.textContent?.trim().slice(0, 60)}`;
    });
    /** Tab until something is reached, as someone does who knows what to look for. */
    const tabTo = async (what, found) => {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab');
        if (!(await page.evaluate(found))) continue;
        const outlined = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== 'none');
        if (!outlined) throw new Error(`the focus on ${what} cannot be seen`);
        return;
      }
      throw new Error(`Tab does not reach ${what}; last: ${await focus()}`);
    };
    const heading = (text) => goesOn(`the heading "${text}"`, page, `H1 ${text}`);

    await page.goto(`${house.origin}/`);
    await page.locator('#login').waitFor();
    await tabTo('the way to the content', () => document.activeElement.matches('.skip'));
    await tabTo('the login name', () => document.activeElement.id === 'login');
    await page.keyboard.type(therapist.login);
    await page.keyboard.press('Enter');
    await until('the focus on the missing password', async () => (await focus()).startsWith('INPUT password'));
    await page.keyboard.type(therapist.password);
    await page.keyboard.press('Enter');
    await heading('Your clients');
    await page.locator('li.client').first().waitFor();
    await tabTo('a chat', () => document.activeElement.getAttribute('href')?.endsWith('/chat'));
    await page.keyboard.press('Enter');
    await page.locator('.presence').waitFor();
    await tabTo('the field', () => document.activeElement.id === 'words');
    await page.keyboard.type('Written without a mouse');
    await page.keyboard.press('Enter');
    await page.locator('.bubble.mine', { hasText: 'without a mouse' }).waitFor();
    same('the focus after sending', (await focus()).startsWith('TEXTAREA words'), true);
    await page.keyboard.press('Shift+Tab');
    await tabTo('the field again', () => document.activeElement.id === 'words');
    for (let i = 0; i < 40 && !(await page.evaluate(() => document.activeElement.getAttribute('href')?.endsWith('/messages'))); i++)
      await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await heading('Messages');
    await tabTo('a new message', () => document.activeElement.getAttribute('href')?.endsWith('/new'));
    await page.keyboard.press('Enter');
    await heading('Write a new message');
    await tabTo('the subject', () => document.activeElement.id === 'subject');
    await page.keyboard.type('By hand');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Every key counts.');
    await page.keyboard.press('Control+Enter');
    await heading('By hand');
    await page.locator('.bubble.mine', { hasText: 'Every key' }).waitFor();
    for (let i = 0; i < 40 && !(await page.evaluate(() => document.activeElement.matches('header .out'))); i++)
      await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await heading('Log in');
  });

  await check('no act by keyboard loses the focus, whatever it takes away: sessions, agenda, forms, reply time, record', async (desk) => {
    const pair = house.nextPair();
    const caller = new Caller(house.origin, pair.client);
    await caller.logIn();
    const { episodes: [{ id: episode }] } = await caller.ask('GET', '/api/episodes');
    const hers = new Caller(house.origin, pair.therapist);
    await hers.logIn();
    const plan = async (hours) => {
      const id = newId();
      const start = new Date(Date.now() + hours * 3_600_000).toISOString();
      await hers.ask('POST', `/api/episodes/${episode}/encounters`, { id, start, minutes: 50, channel: 'chat' });
      return `${house.origin}/with/${episode}/sessions/${id}`;
    };
    const { page } = await desk.person(house.origin, pair.therapist, { viewport: { width: 1280, height: 800 } });
    const button = (name) => page.getByRole('button', { name, exact: true });

    // A session that is moved and cancelled, and its agenda.
    await page.goto(await plan(48));
    await press(button('Begin session'));
    await goesOn('begin', page, 'BUTTON Not yet');
    await page.keyboard.press('Enter');
    await goesOn('not yet', page, 'BUTTON Begin session');
    await press(button('Move or change'));
    await goesOn('move', page, 'INPUT day');
    await press(button('Back'));
    await goesOn('back', page, 'BUTTON Move or change');
    await press(button('Move or change'));
    await page.getByLabel('Length in minutes').fill('40');
    await press(button('Save'));
    await page.getByText('40 minutes').waitFor();
    await goesOn('moved', page, 'H1');
    const point = page.getByLabel('A new point');
    for (const [text, control, key] of [['First', button('Add a point'), 'Space'], ['Second', point, 'Enter']]) {
      await point.fill(text);
      await press(control, key);
      await page.locator('li', { hasText: text }).waitFor();
      await goesOn('a new point', page, key === 'Space' ? 'BUTTON Add a point' : 'INPUT point');
    }
    await press(page.getByRole('button', { name: 'Move up: Second' }));
    await goesOn('moved up', page, 'INPUT mark-');
    await page.keyboard.press('Space');
    await page.locator('label.done').waitFor();
    await goesOn('done', page, 'INPUT mark-');
    await press(page.getByRole('button', { name: 'Remove: First' }));
    await page.locator('li', { hasText: 'First' }).waitFor({ state: 'detached' });
    await goesOn('removed', page, 'H2 agenda');
    await press(button('Cancel the session'));
    await press(button('No, keep it'));
    await goesOn('kept', page, 'BUTTON Cancel the session');
    await page.keyboard.press('Enter');
    await press(button('Yes, cancel it'));
    await page.getByText('Cancelled', { exact: true }).waitFor();
    await goesOn('cancelled', page, 'H1');

    // One that is begun, and ended in the chat.
    await page.goto(await plan(1));
    await press(button('Begin session'));
    await press(button('Yes, begin it'));
    await button('End session').waitFor();
    await goesOn('begun', page, 'H1');
    await press(page.getByRole('link', { name: 'Go to the session' }));
    await page.locator('.presence').waitFor();
    await goesOn('in the chat', page, 'TEXTAREA words');
    const place = await page.evaluate(() => scrollY);
    await page.keyboard.press('Tab');
    same('the view stays after Tab', Math.abs((await page.evaluate(() => scrollY)) - place) < 100 && place > 1000, true);
    for (let tabs = 0; tabs < 4 && !(await focused(page)).startsWith('TEXTAREA note-'); tabs++) await page.keyboard.press('Tab');
    await goesOn('the notes soon after the field', page, 'TEXTAREA note-');
    await press(button('End session'));
    await press(button('No, go on'));
    await goesOn('not ended', page, 'BUTTON End session');
    await page.keyboard.press('Enter');
    await press(button('Yes, end it'));
    await goesOn('ended', page, 'DIV Session');

    // Forms: asked for, taken back, chosen.
    await page.goto(`${house.origin}/with/${episode}/forms`);
    await press(page.locator('summary', { hasText: 'Ask for a form' }));
    await page.locator('#which').selectOption('k6');
    const takeBack = page.getByRole('button', { name: /^Take it back/ });
    const others = await takeBack.count();
    await press(button('Ask for it'));
    await until('one more to take back', async () => (await takeBack.count()) === others + 1);
    await goesOn('asked', page, 'BUTTON Ask for it');
    await press(takeBack.first());
    await goesOn('take back', page, 'BUTTON Yes, take it back');
    await press(button('Leave it'));
    await goesOn('left', page, 'BUTTON Take it back');
    await page.keyboard.press('Enter');
    await press(button('Yes, take it back'));
    await until('one fewer to take back', async () => (await takeBack.count()) === others);
    await goesOn('taken back', page, 'H1');
    await press(page.getByRole('link', { name: /^Forms: plan/ }));
    const before = page.getByRole('region', { name: 'Before each session', exact: true });
    await press(before.getByRole('button', { name: /^Move up/ }).first());
    await goesOn('moved up', page, 'H2 plan-before_session');
    await press(before.getByRole('button', { name: /^Remove/ }).first());
    await goesOn('removed', page, 'H2 plan-before_session');
    await press(button('Save the plan'));
    await page.getByText('You planned this for the two of you').waitFor();
    await goesOn('saved', page, 'BUTTON Save the plan');
    await press(button('Back to the usual plan'));
    await page.getByText('This is the usual plan of your practice.').waitFor();
    await goesOn('as usual', page, 'H2');

    await page.goto(`${house.origin}/`);
    const client = page.locator(`#client-${episode}`);
    await press(client.locator('summary'));
    await client.locator('input').fill('30');
    await press(client.getByRole('button', { name: 'Propose' }));
    await client.getByText('30 hours').first().waitFor();
    await goesOn('proposed', page, 'BUTTON Propose');

    // The client: a form is corrected, the record fetched.
    const own = await desk.person(house.origin, pair.client, { acceptDownloads: true });
    const { forms } = await caller.ask('GET', `/api/episodes/${episode}/forms`);
    await own.page.goto(`${house.origin}/with/${episode}/forms/${forms.find((one) => one.state === 'completed').id}`);
    await press(own.page.getByRole('button', { name: 'Correct it' }));
    await own.page.getByRole('button', { name: 'Begin' }).waitFor();
    await goesOn('correct', own.page, 'H1');
    await own.page.goto(`${house.origin}/record`);
    for (const name of ['Download to read or print', 'Download for programs (JSON)']) {
      const loaded = own.page.waitForEvent('download');
      await press(own.page.getByRole('button', { name }));
      await loaded;
      await own.page.locator('.told', { hasText: /\w/ }).waitFor();
      await goesOn(name, own.page, `BUTTON ${name}`);
    }
  });
}
