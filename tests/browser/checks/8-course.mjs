import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { Caller, newId, same, until } from '../lib/people.mjs';

const week = 7 * 86_400_000;
const hour = 3_600_000;
const weeks = 12;

/** The client answers every question, so that the scores come to `level` of what they can be, and sends the form. */
async function fill(client, form, questionnaire, level) {
  const { questions } = await client.ask('GET', `/api/questionnaires/${questionnaire}`);
  const answers = questions.map(({ item, options }, number) => {
    const values = options.map((one) => one.value);
    // Not all the same: some a step higher, some a step lower.
    const place = level * (values.length - 1) + ((number * 7) % 3 - 1) * 0.4;
    return { item, value: values[Math.min(values.length - 1, Math.max(0, Math.round(place)))] };
  });
  await send(client, form, answers);
}

async function send(client, form, answers) {
  const { revision } = await client.ask('PUT', `/api/forms/${form}/answers`, { based_on: 0, language: 'en', answers });
  await client.ask('POST', `/api/forms/${form}/completion`, { revision, version: 1 });
}

/** Weeks of therapy in a house of its own, whose clock is set on from week to week. */
async function live(house, { therapist, client }, start) {
  const hers = new Caller(house.origin, therapist);
  const near = new Caller(house.origin, client);
  for (let number = 0; number < weeks; number++) {
    const at = start + number * week;
    house.setTime(at);
    await hers.logIn();
    await near.logIn();
    const { episodes } = await near.ask('GET', '/api/episodes');
    const path = `/api/episodes/${episodes[0].id}`;
    const ask = async (questionnaire, occasion) => {
      const id = newId(at);
      await hers.ask('POST', `${path}/forms`, { id, questionnaire, occasion, due_in_days: 2 });
      return id;
    };
    // What is asked for here is asked for by hand.
    await hers.ask('PUT', `${path}/measurement-plan`, { forms: [] });
    const before = await ask('gad-7', 'before_session');
    if (number !== 4) await fill(near, before, 'gad-7', 0.8 - number * 0.05);
    if (number !== 7) await fill(near, await ask('k6', 'before_session'), 'k6', 0.6 + 0.2 * Math.sin(number));
    house.setTime(at + hour);
    const session = newId(at);
    const channel = number % 4 === 3 ? 'messages' : 'chat';
    await hers.ask('POST', `${path}/encounters`, { id: session, start: new Date(at + hour).toISOString(), minutes: 50, channel });
    await hers.ask('POST', `/api/encounters/${session}/open`);
    house.setTime(at + 2 * hour);
    await hers.ask('POST', `/api/encounters/${session}/close`);
    house.setTime(at + 3 * hour);
    const after = await ask('sparq', 'after_session');
    if (number % 5 !== 2) await fill(near, after, 'sparq', number === 6 ? 0.3 : 0.7);
  }
}

const phone = { viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' };
const desk = { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' };

export default async function add({ check, house, shots }) {
  const picture = async (name, page) => {
    if (shots) await page.screenshot({ path: join(shots, `course-${name}.png`), fullPage: true });
  };
  const pair = house.nextPair();
  const course = async (place, account, look) => {
    const someone = await place.person(house.origin, account, look);
    const link = account === pair.client
      ? someone.page.getByRole('link', { name: 'Course' })
      : someone.page.locator('li.client', { hasText: pair.client.name }).getByRole('link', { name: 'Course' });
    await link.click();
    await someone.page.locator('svg .mark').first().waitFor();
    return someone;
  };

  await check('the course of twelve weeks stands in one picture and in a table, for both, on a desk and on a phone', async (place) => {
    await house.kill('SIGTERM');
    house.setTime(Date.now() + hour);
    await house.start();
    const table = (page) => page.getByRole('region', { name: 'The course as a table' });
    /** What the picture and the table hold: the people of the demo have a course already. */
    const held = async ({ page }) => ({
      sessions: await page.locator('svg .mark.chat, svg .mark.messages').count(),
      points: await page.locator('svg .mark.first, svg .mark.second').count(),
      gaps: await page.locator('svg .mark.gap').evaluateAll((all) => all.filter((one) => /GAD-7|K6|SPARQ/.test(one.getAttribute('aria-label'))).length),
      rows: await table(page).getByRole('row', { name: /^Session/ }).count(),
      missing: await table(page).locator('p').filter({ hasText: /(GAD-7|K6|SPARQ).*(missing for this session|overdue)/ }).count()
    });
    // What waits in the demo would be overdue in twelve weeks.
    const asker = new Caller(house.origin, pair.therapist);
    await asker.logIn();
    const near = new Caller(house.origin, pair.client);
    await near.logIn();
    const { episodes } = await near.ask('GET', '/api/episodes');
    const { forms } = await near.ask('GET', `/api/episodes/${episodes[0].id}/forms`);
    for (const { id, state } of forms) if (state !== 'completed') await asker.ask('DELETE', `/api/forms/${id}`);
    const earlier = await held(await course(place, pair.therapist, desk));
    await live(house, pair, Date.now() + 2 * hour);

    const hers = await course(place, pair.therapist, desk);
    const now = await held(hers);
    same('sessions in the picture', now.sessions - earlier.sessions, weeks);
    same('points of GAD-7, of K6 and twice of SPARQ', now.points - earlier.points, 11 + 11 + 2 * 10);
    same('what is missing', now.gaps - earlier.gaps, 4);
    same('its title', await hers.page.locator('svg .title').allTextContents().then((all) => all.includes('Relationship (SPARQ)')), true);
    same('rows of sessions', now.rows - earlier.rows, weeks);
    same('what is missing in the table', now.missing - earlier.missing, 4);
    await picture('desk-light', hers.page);

    const { page } = await course(place, pair.client, { ...phone, colorScheme: 'dark' });
    await page.getByRole('heading', { name: 'Your course' }).waitFor();
    same('the client sees the same points', await page.locator('svg .mark.first, svg .mark.second').count(), now.points);
    const keys = await page.locator('svg .keys').allInnerTexts();
    same('the names of scales stand in their own panel', keys.some((one) => /Positive feelings\s+Negative feelings/.test(one)), true);
    same('no words of statistics', await page.getByText(/reliably|measurement error|cut-off/).count(), 0);
    await picture('phone-dark', page);
    const { above, below } = await page.evaluate(() => ({
      above: document.querySelector('main svg').getBoundingClientRect().bottom,
      below: document.querySelector('main table').getBoundingClientRect().top
    }));
    same('one under the other', above < below, true);
  });

  await check('every mark of the course is reached with the keyboard, says what it is, and leads there', async (place) => {
    const { page } = await course(place, pair.therapist, desk);
    same('one of them is reached with Tab', await page.locator('svg .mark[tabindex="0"]').count(), 1);
    await page.locator('svg .mark[tabindex="0"]').focus();
    const told = () => page.evaluate(() => document.activeElement.getAttribute('aria-label'));
    const seen = new Set([await told()]);
    const row = async () => {
      await page.keyboard.press('End');
      const end = await told();
      await page.keyboard.press('Home');
      for (seen.add(await told()); (await told()) !== end; seen.add(await told())) await page.keyboard.press('ArrowRight');
    };
    // From the lowest row upwards.
    for (let before = ''; before !== (await told()); await page.keyboard.press('ArrowDown')) before = await told();
    await row();
    for (let before = ''; before !== (await told()); ) {
      before = await told();
      await page.keyboard.press('ArrowUp');
      await row();
    }
    const all = await page.locator('svg .mark').evaluateAll((marks) => marks.map((one) => one.getAttribute('aria-label')));
    same('all of them', [...new Set(all)].filter((one) => !seen.has(one)), []);
    same('a score is said with its session and its range', all.some((one) => /^GAD-7, Session \d+, .*: \d+ of 21, Severe/.test(one)), true);
    same('and so is a change', all.some((one) => /Since the first −\d+, reliably better/.test(one)), true);
    await page.locator('svg .mark.first[aria-label^="GAD-7"]').first().focus();
    same('the caption says the same', await page.locator('.caption').innerText(), await told());
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Answers' }).waitFor();
  });

  await check('an answer about harm is never good news in the client\'s course, and the therapist\'s leads to it', async (place) => {
    const { therapist, client } = house.nextPair();
    const hers = new Caller(house.origin, therapist);
    const near = new Caller(house.origin, client);
    let at = Date.now() + (weeks + 1) * week;
    // All else is far better than before; the ninth question is answered, and then left out.
    for (const [others, ninth] of [[2, 0], [0, 1], [0, null]]) {
      house.setTime((at += hour));
      await hers.logIn();
      await near.logIn();
      const [episode] = (await near.ask('GET', '/api/episodes')).episodes;
      const form = newId(at);
      await hers.ask('POST', `/api/episodes/${episode.id}/forms`, { id: form, questionnaire: 'phq-9', occasion: 'on_request' });
      const answers = Array.from({ length: 10 }, (_, number) => ({ item: String(number + 1), value: number === 8 ? ninth : others }));
      await send(near, form, answers.filter((one) => one.value !== null));
    }
    const row = (page, score) => page.getByRole('row').filter({ has: page.getByRole('link', { name: score, exact: true }) }).first();

    const own = await place.person(house.origin, client, { ...phone, viewport: { width: 360, height: 740 } });
    await own.page.getByRole('link', { name: 'Course' }).click();
    await own.page.locator('svg .mark.person').nth(1).waitFor();
    await own.page.getByRole('button', { name: /^Show what was earlier \(\d+\)$/ }).click();
    same('what was earlier has the focus', await own.page.evaluate(() => document.activeElement?.closest('tr')?.rowIndex), 4);
    for (const [score, words] of [['1 of 27', 'You said something here that a person looks at.'], ['no score', /You left a question open here/]]) {
      await row(own.page, score).getByText(words).waitFor();
      same(`no good news beside ${score}`, await row(own.page, score).getByText(/Minimal|[Tt]he first time|better/).count(), 0);
    }
    same('nor is another score of that form called something', await row(own.page, '16 of 27').getByText('Moderately severe').count(), 0);
    const labels = await own.page.locator('svg .mark.person').evaluateAll((marks) => marks.map((one) => one.getAttribute('aria-label')));
    same('nor in the picture', labels.filter((one) => /Minimal|the first time|better/.test(one)), []);
    same('and how far others are is not for the client', await own.page.getByText(/nobody has yet|is looking into it/).count(), 0);
    same('barriers', await barriers(own.page), []);
    await picture('concern-client', own.page);

    const { page } = await place.person(house.origin, therapist, desk);
    const open = async () => {
      await page.goto(house.origin);
      await page.locator('li.client', { hasText: client.name }).getByRole('link', { name: 'Course' }).click();
      await row(page, '1 of 27').waitFor();
    };
    await open();
    await row(page, '1 of 27').getByText('Minimal').waitFor({ state: 'attached' });
    same('what the range is called, folded away', await row(page, '1 of 27').getByText('Minimal').isVisible(), false);
    await row(page, 'no score').getByRole('link', { name: 'Question 9 not answered: please ask' }).waitFor();
    const mark = page.locator('svg .mark.look[aria-label*="Answer 9: please look, nobody has yet"]');
    same('a mark that says it', await mark.count(), 1);
    same('barriers', await barriers(page), []);
    await picture('concern-therapist', page);
    await row(page, '1 of 27').getByRole('link', { name: 'Answer 9: please look, nobody has yet' }).click();
    await page.getByRole('button', { name: 'I am looking into this' }).click();
    await page.getByText('Noted: you are looking into it.').waitFor();
    await open();
    await row(page, '1 of 27').getByRole('link', { name: `Answer 9: ${therapist.name} is looking into it` }).waitFor();
  });

  await check('the course is accessible and fits: 320 px and wide, light and dark, letters of 200 %', async (place) => {
    const problems = [];
    for (const [account, locale] of [[pair.therapist, 'en'], [pair.client, 'en']]) {
      const { page } = await course(place, account, phone);
      for (const width of [320, 1280]) {
        for (const colorScheme of ['light', 'dark']) {
          await page.setViewportSize({ width, height: 800 });
          await page.emulateMedia({ colorScheme });
          for (const problem of await barriers(page)) problems.push(`${locale} ${width} ${colorScheme}: ${problem}`);
        }
        await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
        await until('large letters', async () => (await page.locator('main svg').first().evaluate((one) => one.clientHeight)) > 900);
        await picture(`${account.role}-${width}-200`, page);
        if ((await excess(page)) > 0) problems.push(`${width} px is too wide with large letters`);
        await page.evaluate(() => { document.documentElement.style.fontSize = ''; });
        if ((await excess(page)) > 0) problems.push(`${width} px is too wide`);
      }
    }
    if (problems.length > 0) throw new Error(problems.join('\n'));
  });
}
