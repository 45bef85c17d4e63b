import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { Caller, newId, same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' };
const desk = { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' };
const hour = 3_600_000;
const week = 7 * 24 * hour;

/** A questionnaire of the house that therapists fill in. */
function ownInstrument(folder) {
  mkdirSync(folder);
  const question = (linkId, text) => ({ linkId, text, type: 'choice', answerOption: [0, 1, 2].map((value) => ({ valueInteger: value })) });
  const files = {
    'our-view-therapist.questionnaire.json': {
      resourceType: 'Questionnaire', title: 'Our view', language: 'en',
      item: [question('1', 'We agree on the goals.'), question('2', 'We can speak openly.')]
    },
    'our-view-therapist.scoring.json': {
      schema: 'rapport.scoring/1', instrument: 'our-view-therapist', name: 'Our view', version: '1', respondent: 'therapist', citation: 'none',
      licence: { status: 'A', commercial_builds: 'on' },
      scales: [{ key: 'total', label: 'Total', method: 'sum', items: ['1', '2'], range: [0, 4], direction: 'higher_better', missing: { rule: 'complete_only' } }]
    }
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content));
}

export default async function add({ check, house: first, shots }) {
  const picture = async (name, page) => {
    if (shots) await page.screenshot({ path: join(shots, `measurement-plan-${name}.png`), fullPage: true });
  };
  const clean = async (page) => {
    same('barriers', await barriers(page), []);
    same('too wide', await excess(page), 0);
  };

  await check('a plan says what is asked of whom and when; both see how long it takes and what was missed', async (place) => {
    const house = first.another();
    try {
      const folder = join(house.folder, 'instruments');
      ownInstrument(folder);
      await house.open({ settings: ['--practice-instruments-folder', folder] });
      const pair = house.nextPair();
      const hers = await place.person(house.origin, pair.therapist, desk);
      const near = await place.person(house.origin, pair.client, phone);
      const row = () => hers.page.locator('li.client', { hasText: pair.client.name });

      // The therapist plans: something every two weeks, something at the end, and a form of their own.
      await row().locator('a[href$="/forms"]').click();
      await hers.page.getByRole('link', { name: /^Forms: plan/ }).click();
      await hers.page.getByText('This is the usual plan of your practice.').waitFor();
      const section = (name) => hers.page.getByRole('region', { name, exact: true });
      const put = async (form, at, weeks = null) => {
        await hers.page.getByLabel('Form', { exact: true }).selectOption({ label: await hers.page.locator('#plan-which option', { hasText: form }).first().innerText() });
        await hers.page.getByLabel('When', { exact: true }).selectOption({ label: at });
        if (weeks) await hers.page.getByLabel('Weeks in between').selectOption(String(weeks));
        await hers.page.getByRole('button', { name: 'Add', exact: true }).click();
        await section(at).locator('li', { hasText: form }).waitFor();
      };
      await hers.page.getByRole('button', { name: 'Add', exact: true }).click();
      await hers.page.locator('#plan-wrong', { hasText: 'Please choose' }).waitFor();
      same('focus stays at the field', await hers.page.evaluate(() => document.activeElement?.id), 'plan-which');
      await put('K6', 'Every few weeks', 2);
      await put('Our view', 'At the start');
      await put('K10', 'At the end');
      await section('Before each session').getByRole('button', { name: /^Remove\s*: PHQ-9/ }).click();
      same('RISQ stays', await section('After each session').locator('li', { hasText: 'RISQ' }).getByRole('button').count(), 0);
      await hers.page.getByText('Not saved yet.').waitFor();
      await clean(hers.page);
      await picture('editor', hers.page);
      await hers.page.getByRole('button', { name: 'Save the plan' }).click();
      await hers.page.getByText('You planned this for the two of you').waitFor();
      const saves = hers.page.getByRole('button', { name: 'Save the plan' });
      same('it is quiet now', await saves.evaluate((one) => one.className), '');
      await saves.click();
      await hers.page.getByRole('status').filter({ hasText: 'Nothing to save' }).waitFor();
      same('the focus stays', await saves.evaluate((one) => one === document.activeElement), true);
      await section('At the end').getByRole('button', { name: /^The end is near/ }).click();
      await hers.page.getByText('you have said that the end is near').waitFor();
      await section('At the end').getByRole('button', { name: 'It is not near after all' }).click();
      await section('At the end').getByRole('button', { name: /^The end is near/ }).waitFor();
      for (const colorScheme of ['light', 'dark']) {
        await hers.page.emulateMedia({ colorScheme });
        await clean(hers.page);
      }
      await picture('saved', hers.page);

      // The therapist's own form, on the same screen as a client's.
      await hers.page.getByRole('link', { name: 'Forms', exact: true }).click();
      const open = hers.page.getByRole('region', { name: 'To fill in' });
      await open.locator('li', { hasText: 'Our view' }).getByRole('link', { name: /Fill in/ }).click();
      await hers.page.getByText('Nobody but you sees the answers').waitFor();
      await picture('own-form', hers.page);
      await hers.page.getByRole('button', { name: 'Begin' }).click();
      await hers.page.locator('input[name="item-1"]').last().check();
      await hers.page.locator('input[name="item-2"]').last().check();
      await hers.page.getByText('Saved', { exact: true }).waitFor();
      await hers.page.getByRole('button', { name: 'Send' }).click();
      await hers.page.getByRole('heading', { name: 'Thank you, it has been sent' }).waitFor();
      await picture('own-form-sent', hers.page);

      // The client reads what is asked and why, chooses, and sees no answer of the therapist's.
      await near.page.goto(`${house.origin}/`);
      same('the therapist’s form is not theirs', await near.page.getByRole('region', { name: 'Forms for you' }).locator('li', { hasText: 'Our view' }).count(), 0);
      await near.page.getByRole('link', { name: 'What you are asked, and why' }).first().click();
      await near.page.getByText('fills this in, about the work with you').waitFor();
      await near.page.getByRole('heading', { name: 'How often we meet' }).waitFor();
      const box = near.page.getByLabel(/may see my single answers/);
      await box.click();
      await until('it holds', () => box.isChecked());
      const remind = near.page.getByLabel('Remind me a day before a form is due');
      same('reminders are on', await remind.isChecked(), true);
      await remind.click();
      await until('they are off', async () => !(await remind.isChecked()));
      await near.page.reload();
      await near.page.getByLabel('Remind me a day before a form is due').waitFor();
      same('both stay', [await near.page.getByLabel(/may see my single answers/).isChecked(), await near.page.getByLabel('Remind me a day before a form is due').isChecked()], [true, false]);
      for (const width of [320, 360]) {
        await near.page.setViewportSize({ width, height: 740 });
        await clean(near.page);
      }
      await picture('client-phone', near.page);
      await near.page.getByRole('link', { name: 'Forms', exact: true }).click();
      const sent = near.page.getByRole('region', { name: 'Sent' }).locator('li', { hasText: 'Our view' });
      await sent.waitFor();
      same('nothing to look at', await sent.getByRole('link').count(), 0);

      // Weeks later: what was due and did not come stands on both pages.
      await house.kill('SIGTERM');
      house.setTime(Date.now() + 2 * week + hour);
      await house.start();
      const again = new Caller(house.origin, pair.client);
      await again.logIn();
      const { episodes } = await again.ask('GET', '/api/episodes');
      const missed = async () => (await again.ask('GET', `/api/episodes/${episodes[0].id}/missed-forms`)).forms;
      const asked = async () => (await again.ask('GET', `/api/episodes/${episodes[0].id}/forms`)).forms.filter((one) => one.moment === 'every_weeks').length;
      await until('the next one is asked for', async () => (await asked()) === 2, 90_000);
      same('the one before is missed', (await missed()).some((one) => one.moment === 'every_weeks'), true);
      const later = await place.person(house.origin, pair.client, phone);
      await later.page.goto(`${house.origin}/with/${episodes[0].id}/asked`);
      await later.page.getByText('That happens, and nobody minds.').waitFor();
      await picture('missed-phone', later.page);
      const looks = await place.person(house.origin, pair.therapist, desk);
      await looks.page.goto(`${house.origin}/with/${episodes[0].id}`);
      await looks.page.getByText(/^Forms not sent: \d+$/).waitFor();
      await clean(looks.page);
      await picture('overview', looks.page);
    } finally {
      await house.close();
    }
  });

  await check('after a first form the therapist is proposed how often to meet; the client reads what was decided', async (place) => {
    // Somebody new: nothing has been decided with them.
    const house = first.another();
    try {
      await house.open();
      const pair = house.nextPair();
      const near = new Caller(house.origin, pair.client);
      const asks = new Caller(house.origin, pair.therapist);
      await near.logIn();
      await asks.logIn();
      const { episodes } = await near.ask('GET', '/api/episodes');
      const path = `/api/episodes/${episodes[0].id}`;
      const { agreed } = await asks.ask('GET', `${path}/care`);
      const form = newId(Date.now());
      await asks.ask('POST', `${path}/forms`, { id: form, questionnaire: 'k10', occasion: 'on_request' });
      const answers = Array.from({ length: 10 }, (_, place) => ({ item: String(place + 1), value: 2 }));
      const { revision } = await near.ask('PUT', `/api/forms/${form}/answers`, { based_on: 0, language: 'en', answers });
      await near.ask('POST', `/api/forms/${form}/completion`, { revision, version: 1 });

      const hers = await place.person(house.origin, pair.therapist, desk);
      await hers.page.goto(`${house.origin}/with/${episodes[0].id}/asked`);
      if (agreed.length > 0) await hers.page.getByRole('button', { name: 'Decide anew' }).click();
      await hers.page.getByText('Proposed by a rule of our own').waitFor();
      same('who has met is not asked for a first contact', await hers.page.getByLabel('First contact within (hours)').count(), 0);
      await picture('care-proposal', hers.page);
      // What is planned beside it and not saved yet is still there after the decision.
      const plans = hers.page.getByRole('region', { name: 'At the end', exact: true });
      await hers.page.getByLabel('Form', { exact: true }).selectOption('k6');
      await hers.page.getByLabel('When', { exact: true }).selectOption('at_end');
      await hers.page.getByRole('button', { name: 'Add', exact: true }).click();
      await plans.getByText('K6').first().waitFor();
      await hers.page.getByLabel('Sessions', { exact: true }).selectOption('2');
      await hers.page.getByLabel(/^For the time in between/).fill('I write to you on Thursdays.');
      await clean(hers.page);
      await hers.page.getByRole('button', { name: 'We meet like this' }).click();
      await hers.page.getByText('not as was proposed').first().waitFor();
      await hers.page.getByText('Not saved yet.', { exact: true }).waitFor();
      same('the plan is as she left it', await plans.getByText('K6').count() > 0, true);
      // Elsewhere the plan is changed meanwhile: hers stays, and the page says so.
      await asks.ask('PUT', `${path}/measurement-plan`, { forms: [{ questionnaire: 'gad-7', when: 'at_start' }] });
      await hers.page.getByRole('button', { name: 'Decide anew' }).click();
      await hers.page.getByRole('button', { name: 'We meet like this' }).click();
      await hers.page.getByText('The plan was changed elsewhere meanwhile').waitFor();
      same('hers is still there', await plans.getByText('K6').count() > 0, true);
      await clean(hers.page);
      await picture('plan-changed-elsewhere', hers.page);
      await hers.page.getByRole('button', { name: 'Save the plan' }).click();
      await until('it is saved', async () => (await asks.ask('GET', `${path}/measurement-plan`)).forms.some((one) => one.questionnaire === 'k6' && one.when === 'at_end'));
      same('and no other stays', (await asks.ask('GET', `${path}/measurement-plan`)).forms.some((one) => one.when === 'at_start'), false);
      const seen = await place.person(house.origin, pair.client, phone);
      await seen.page.goto(`${house.origin}/with/${episodes[0].id}/asked`);
      const care = seen.page.getByRole('region', { name: 'How often we meet' });
      await care.getByText('I write to you on Thursdays.').first().waitFor();
      await care.getByText('2 times').first().waitFor();
      same('no score and no range', /K10|score|moderate|severe|proposed/i.test(await care.innerText()), false);
      await clean(seen.page);
      await picture('care-client-phone', seen.page);
    } finally {
      await house.close();
    }
  });
}
