import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { Caller, newId, same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' };
const desk = { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' };
const minute = 60_000;

/** Their therapist, and their episode. */
async function from(house, therapist, client) {
  const caller = new Caller(house.origin, therapist);
  await caller.logIn();
  const episode = (await caller.ask('GET', '/api/episodes')).episodes.find((one) => one.client.name === client.name);
  return { caller, episode };
}

/** Plans a session in ten minutes; answers its id, and that of the PHQ-9 that goes with it by itself. */
async function plan(house, { therapist }, client, now) {
  const { caller, episode } = await from(house, therapist, client);
  const session = newId();
  const start = new Date(now + 10 * minute).toISOString();
  await caller.ask('POST', `/api/episodes/${episode.id}/encounters`, { id: session, start, minutes: 50, channel: 'chat' });
  const { forms } = await caller.ask('GET', `/api/episodes/${episode.id}/forms`);
  const { id: form } = forms.find((one) => one.encounter === session && one.questionnaire === 'phq-9');
  return { episode: episode.id, form, session };
}

/** Asks for a form as its therapist; answers its id. */
async function ask(house, { therapist }, client, questionnaire) {
  const { caller, episode } = await from(house, therapist, client);
  const form = newId();
  await caller.ask('POST', `/api/episodes/${episode.id}/forms`, { id: form, questionnaire, occasion: 'on_request' });
  return { episode: episode.id, form, caller };
}

/** Answers on the page, one question after the other, with what stands first but for one. */
async function fill(page, path, count, special, option, seen = async () => {}) {
  await page.goto(path);
  await page.getByRole('button', { name: 'Begin', exact: true }).click();
  for (let number = 1; number <= count; number++) {
    // Of how many, an answer may change: some questions are asked only after certain others.
    await page.getByText(new RegExp(`^${number} of \\d+$`)).waitFor();
    await page.locator('label', { has: page.locator('input[type=radio]') }).nth(number === special ? option : 0).click();
    if (number === special) await seen();
    await page.getByRole('button', { name: number === count ? 'To the overview' : 'Next', exact: true }).click();
  }
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

const inView = (one) => one.evaluate((place) => place.getBoundingClientRect().top >= 0 && place.getBoundingClientRect().bottom <= innerHeight);
/** Whether something lies over the middle of it. */
const covered = (one) =>
  one.evaluate((place) => {
    const { left, top, width, height } = place.getBoundingClientRect();
    return !place.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  });

/** Wherever a therapist works with one client it is said that an answer waits, before anything is begun there. */
async function seenAtWork(page, origin, { episode, session }, chat) {
  for (const [way, first] of [['', 'Course'], ['/sessions', 'Plan a session'], ['/messages', 'Write a new message'], [`/sessions/${session}`, 'Begin session']]) {
    await page.goto(`${origin}/with/${episode}${way}`);
    const told = page.getByRole('region', { name: 'To look at' }).getByText('Not looked into yet');
    await told.waitFor();
    const begin = page.locator('main').getByText(first, { exact: true }).last();
    await begin.waitFor();
    if ((await told.boundingBox()).y > (await begin.boundingBox()).y) throw new Error(`"${first}" stands above it on ${way}`);
  }
  await page.goto(`${origin}/with/${episode}/chat`);
  await page.locator('.presence').waitFor();
  const bar = page.locator('.bar', { hasText: 'Answer about harm' });
  await bar.getByText('Not looked into yet').waitFor();
  await until('in view beside the words', () => bar.evaluate((one) => one.getBoundingClientRect().top >= 0 && one.getBoundingClientRect().bottom <= innerHeight));
  await chat();
  await page.goto(`${origin}/with/${episode}/sessions/${session}`);
  await page.getByRole('region', { name: 'Forms' }).locator('li', { hasText: 'PHQ-9' }).getByRole('link', { name: 'Answer about harm' }).waitFor();
}

export default async function add({ check, house, shots }) {
  const picture = async (name, page) => {
    if (shots) await page.screenshot({ path: join(shots, `safety-${name}.png`), fullPage: true });
  };
  const usable = async (page) => {
    same('barriers', await barriers(page), []);
    await until('too wide', async () => (await excess(page)) <= 0);
  };
  const staff = (role) => house.accountsOf(role)[0];

  await check('an answer about harm: the client sees whom to call, the therapist is told, then the supervisor, and it is closed', async (place) => {
    const { therapist, client } = house.nextPair();
    const begin = Date.now();
    await house.kill('SIGTERM');
    house.setTime(begin);
    await house.start();
    const hers = await place.person(house.origin, therapist, desk);
    const above = await place.person(house.origin, staff('supervisor'), phone);
    await above.page.getByText('That does not mean that all is well').waitFor();
    await usable(above.page);
    await picture('supervisor-nothing', above.page);

    const { episode, form, session } = await plan(house, { therapist }, client, begin);
    const near = await place.person(house.origin, client, phone);
    const { page } = near;
    await page.goto(`${house.origin}/with/${episode}/forms/${form}`);
    await page.getByText(/answer to question 9 says that you may come to harm.*a supervisor sees it too/).waitFor();
    await usable(page);
    await picture('before-phone', page);
    await fill(page, `${house.origin}/with/${episode}/forms/${form}`, 10, 9, 2, async () => {
      // Whom to call is there with the answer, and so are who will be told and the way on: all of it in view, and the
      // answer has moved nothing.
      const alone = page.getByRole('region', { name: 'You do not have to stay alone with this' });
      const after = page.getByText('Nobody has been told of it yet. When you send the form, we tell');
      const next = page.getByRole('button', { name: 'Next', exact: true });
      for (const one of [alone.locator('a[href^="tel:"]').first(), after, next]) await until('in view after the tap', () => inView(one));
      if (shots) await page.screenshot({ path: join(shots, 'safety-after-tap-phone.png') });
      same('the way on is not covered', await covered(next), false);
      same('the answer keeps the focus', await page.evaluate(() => document.activeElement?.matches('input[type=radio]:checked')), true);
      await alone.getByRole('button', { name: 'More' }).click();
      await page.getByRole('heading', { name: 'If you need someone to talk to' }).waitFor();
      await alone.getByRole('button', { name: 'More' }).click();
      await usable(page);
      await picture('call-now-phone', page);
    });
    await until('in view once it is sent', () => inView(page.getByRole('heading', { name: 'If you are in danger now, please call' })));
    await until('a number too', () => inView(page.locator('a[href^="tel:"]').first()));
    await page.getByText(/We are telling .* about your answer now/).waitFor();
    await page.getByText('Nobody watches this in real time').waitFor();
    await page.locator('a[href^="tel:"]').first().waitFor();
    same('no word that all is well', await page.getByText('Minimal').count(), 0);
    await usable(page);
    await picture('told-phone', page);
    // Whoever closes the phone now and comes back finds the way to all of it on the first screen.
    await page.goto(`${house.origin}/`);
    const passed = page.getByRole('region', { name: 'Passed on' });
    await passed.getByText(/^You said something today at .* that we passed on to .*\.$/).waitFor();
    await until('in view at once', () => inView(passed.getByRole('link', { name: 'Who was told, and whom to call' })));
    same('no word of what it is about', /harm|dead|danger/i.test(await passed.innerText()), false);
    await usable(page);
    await picture('home-after-phone', page);
    await passed.getByRole('link', { name: 'Who was told, and whom to call' }).click();
    await page.getByText('Nobody watches this in real time').waitFor();
    await page.goto(`${house.origin}/with/${episode}/forms`);
    await passed.waitFor();
    const own = page.getByRole('region', { name: 'Sent' }).locator('li');
    await own.first().getByText('on a scale from 0 to 27').waitFor();
    same('no word in the list that all is well', await own.getByText(/Minimal|Since the/).count(), 0);
    await usable(page);

    const line = hers.page.getByRole('region', { name: 'To look at' }).locator('li', { hasText: client.name }).first();
    await line.waitFor();
    await hers.page.locator('li.client', { hasText: client.name }).getByText('Answer about harm: see above').waitFor();
    await usable(hers.page);
    await picture('caseload-desk', hers.page);
    await seenAtWork(hers.page, house.origin, { episode, session }, async () => {
      await usable(hers.page);
      await picture('chat-desk', hers.page);
    });
    await usable(hers.page);
    await picture('session-desk', hers.page);
    await hers.page.goto(`${house.origin}/`);

    house.setTime(begin + 31 * minute);
    const waiting = above.page.locator('li', { hasText: client.name });
    await waiting.waitFor({ timeout: 20_000 });
    await waiting.getByText(/^Nobody has looked into it since .*; the time for it ended/).waitFor();
    await usable(above.page);
    await picture('supervisor-list-phone', above.page);
    await waiting.getByRole('link').click();
    await above.page.getByText(/Nobody had looked into it in time/).waitFor();
    await usable(above.page);
    await picture('supervisor-phone', above.page);

    await line.getByRole('link').click();
    // First what was answered, then taking it on, then the ways to the client; closing it is out of the way until then.
    await hers.page.getByText(/better off dead/).waitFor();
    const order = [hers.page.getByText(/better off dead/), hers.page.getByRole('button', { name: 'I am looking into this' }), hers.page.getByRole('link', { name: 'To the chat' }), hers.page.getByText('Close it at once')];
    const heights = await Promise.all(order.map(async (one) => (await one.boundingBox()).y));
    same('one after the other', heights, [...heights].sort((a, b) => a - b));
    await hers.page.getByText(`${client.name} is here now`).waitFor();
    same('not asked to close it yet', await hers.page.getByRole('button', { name: 'Close it' }).count(), 0);
    await usable(hers.page);
    await picture('concern-desk', hers.page);
    await page.goto(`${house.origin}/with/${episode}/forms/${form}`);
    await page.getByText('a supervisor has been told as well').waitFor();
    await hers.page.getByRole('button', { name: 'I am looking into this' }).click();
    await hers.page.getByText(`${therapist.name} looks into it`).waitFor();
    await page.reload();
    await page.getByText('Somebody has said that they are looking into it.').waitFor();
    same('no word that they are told now', await page.getByText(/We are telling/).count(), 0);
    await page.goto(`${house.origin}/`);
    await passed.getByText('Somebody has said that they are looking into it.').waitFor();
    await hers.page.goto(`${house.origin}/with/${episode}/forms/${form}`);
    await hers.page.getByText('Being looked into').waitFor();
    same('the band is folded away', await hers.page.getByText('Minimal').isVisible(), false);
    await picture('form-folded-desk', hers.page);
    await hers.page.locator('summary', { hasText: 'Range and change' }).click();
    await hers.page.getByText('Minimal').waitFor();
    await hers.page.goto(`${house.origin}/with/${episode}`);
    await hers.page.getByText(/^You have been looking into it since/).waitFor();
    await hers.page.getByRole('link', { name: /^Look at it\s*:.*Answer about harm/ }).click();
    await above.page.getByText(`${therapist.name} looks into it`).waitFor();
    await above.page.getByText(`${therapist.name} has been looking into it since`).waitFor();
    await above.page.getByRole('button', { name: 'I am looking into this instead' }).click();
    await above.page.getByText(/^You have been looking into it since/).waitFor();
    await usable(above.page);
    await picture('taken-over-phone', above.page);
    await hers.page.getByText(`${staff('supervisor').name} has been looking into it since`).waitFor();
    await hers.page.getByRole('button', { name: 'I am looking into this instead' }).click();
    await hers.page.getByText(/^You have been looking into it since/).waitFor();
    await hers.page.getByRole('button', { name: 'Close it' }).click();
    await hers.page.getByText('Please choose what was done.').waitFor();
    await hers.page.getByLabel('What was done').selectOption('no_action');
    await hers.page.getByRole('button', { name: 'Close it' }).click();
    await hers.page.getByText('Please write why nothing more was needed.').waitFor();
    await picture('closing-desk', hers.page);
    await hers.page.getByLabel('What was done').selectOption('safety_plan');
    await hers.page.getByRole('button', { name: 'Close it' }).click();
    await hers.page.getByText('Please write in a sentence what came of it.').waitFor();
    await hers.page.getByLabel('In your own words').fill('Rang, and wrote it together.');
    await hers.page.getByRole('button', { name: 'Close it' }).click();
    await hers.page.getByText('Rang, and wrote it together.').waitFor();
    same('no task is left', await hers.page.getByText(/Reach the client in the way|Nobody had looked into it in time/).count(), 0);
    await usable(hers.page);
    await hers.page.emulateMedia({ colorScheme: 'dark' });
    await picture('closed-desk-dark', hers.page);
    // The form itself is not without a word of it, in the list and on its own page.
    await hers.page.goto(`${house.origin}/with/${episode}/forms`);
    const marked = hers.page.getByRole('region', { name: 'Sent' }).locator('li').first();
    await marked.locator('p', { hasText: 'Answer about harm' }).getByText('Closed', { exact: true }).waitFor();
    await usable(hers.page);
    await picture('form-list-desk-dark', hers.page);
    await marked.getByRole('link', { name: 'Look at it' }).click();
    await hers.page.getByRole('region', { name: 'What it says' }).waitFor();
    await hers.page.getByRole('link', { name: 'Answer about harm' }).click();
    await hers.page.getByText('Rang, and wrote it together.').waitFor();
    await hers.page.goto(`${house.origin}/`);
    await hers.page.locator('li.client').first().waitFor();
    await hers.page.goto(`${house.origin}/with/${episode}`);
    await hers.page.getByRole('heading', { name: 'Sessions', level: 2 }).waitFor();
    await hers.page.waitForLoadState('networkidle');
    same('nothing of it at the client', await hers.page.getByText('Answer about harm').count(), 0);
    await hers.page.goto(`${house.origin}/`);
    await hers.page.locator('li.client').first().waitFor();
    same('it is off the list', await hers.page.getByRole('region', { name: 'To look at' }).locator('li', { hasText: client.name }).count(), 0);
  });

  await check('an answer about the therapist goes to the neutral person, and the therapist sees only that it was sent', async (place) => {
    const { therapist, client } = house.nextPair();
    const { episode, form, caller } = await ask(house, { therapist }, client, 'risq');
    const hers = await place.person(house.origin, therapist, desk);
    await hers.page.goto(`${house.origin}/with/${episode}/forms`);
    const shown = hers.page.getByRole('region', { name: 'To fill in' }).locator('li', { hasText: 'RISQ' });
    await shown.waitFor();
    await picture('risq-asked-desk', hers.page);
    same('it was asked for, and no more', /Not begun|[Dd]ue/.test(await shown.innerText()), false);
    const middle = await place.person(house.origin, staff('neutral_person'), desk);
    const near = await place.person(house.origin, client, phone);
    const { page } = near;
    await page.goto(`${house.origin}/with/${episode}/forms/${form}`);
    await page.getByText(/the neutral person of your practice, sees your answers/).waitFor();
    await usable(page);
    await picture('risq-before-phone', page);
    await fill(page, `${house.origin}/with/${episode}/forms/${form}`, 4, 1, 1);
    await page.getByText(/Your therapist is not told/).waitFor();
    // Who is told, and who is not, stands before the numbers.
    const notTold = await page.getByText(/Your therapist is not told/).boundingBox();
    if (notTold.y > (await page.locator('main a[href^="tel:"]').first().boundingBox()).y) throw new Error('the numbers stand first');
    same('nobody is sent to the therapist with it', await page.getByText('Talk with your therapist').count(), 0);
    await usable(page);
    await picture('risq-told-phone', page);

    const line = middle.page.getByRole('region', { name: 'Not looked into yet' }).locator('li', { hasText: client.name });
    await line.getByRole('link').click();
    await middle.page.getByText(/provoked or attacked/).waitFor();
    await middle.page.getByText('Rapport has no way from you to the client.').waitFor();
    same('no way that there is not', await middle.page.getByRole('link', { name: 'To the chat' }).count(), 0);
    await usable(middle.page);
    await picture('neutral-desk', middle.page);
    await middle.page.getByRole('button', { name: 'I am looking into this' }).click();
    await middle.page.getByText(`${staff('neutral_person').name} looks into it`).waitFor();

    await hers.page.goto(`${house.origin}/with/${episode}/forms/${form}`);
    await hers.page.getByText('Its answers go to the neutral person').waitFor();
    await usable(hers.page);
    await picture('risq-therapist-desk', hers.page);
    same('no concern of hers', (await caller.ask('GET', '/api/concerns')).concerns.filter((one) => one.client === client.name), []);
    const seen = await caller.ask('GET', `/api/forms/${form}`);
    same('nothing of it', [seen.versions, seen.form.completed_at, seen.form.revision], [[], undefined, 0]);
    same('no day that could pass', seen.form.due_at, undefined);
    await hers.page.setViewportSize(phone.viewport);
    await hers.page.goto(`${house.origin}/with/${episode}/forms`);
    await hers.page.getByRole('heading', { level: 1 }).waitFor();
    await usable(hers.page);

    // Where all is closed, that says nothing about how anybody is.
    await middle.page.getByLabel('What was done').selectOption('no_action');
    await middle.page.locator('#note').fill('Talked about it.');
    await middle.page.getByRole('button', { name: 'Close it' }).click();
    await middle.page.getByText('Talked about it.').waitFor();
    await middle.page.setViewportSize(phone.viewport);
    await middle.page.goto(`${house.origin}/`);
    await middle.page.getByRole('region', { name: 'Closed' }).waitFor();
    if ((await middle.page.getByRole('region', { name: /Not looked into yet|Being looked into/ }).count()) === 0) await middle.page.getByText('Nothing is open here. That does not mean that all is well.').waitFor();
    else throw new Error('another one is open: the sentence could not be seen');
    await usable(middle.page);
    await picture('neutral-closed-phone', middle.page);
  });
}
