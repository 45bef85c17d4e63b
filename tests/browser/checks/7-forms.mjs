import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' };
const desk = { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' };

/** The therapist asks for a form on the client's page. */
async function ask(someone, client, form) {
  const { page } = someone;
  await page.goto(`${someone.origin}/`);
  await page.locator('li.client', { hasText: client.name }).locator('a[href$="/forms"]').click();
  await page.locator('summary', { hasText: 'Ask for a form' }).click();
  await page.locator('#which').selectOption(form);
  await page.getByRole('button', { name: 'Ask for it' }).click();
  await page.getByRole('region', { name: 'To fill in' }).locator('li').first().waitFor();
}

export default async function add({ check, house, shots }) {
  const picture = async (name, page) => {
    if (shots) await page.screenshot({ path: join(shots, `form-${name}.png`), fullPage: true });
  };

  await check('a form is begun on a phone with the keyboard alone and sent from a desk; the therapist sees it at once', async (place) => {
    const { therapist, client } = house.nextPair();
    const hers = await place.person(house.origin, therapist, desk);
    await ask(hers, client, 'gad-7');
    await picture('asked', hers.page);

    const near = await place.person(house.origin, client, phone);
    const { page } = near;
    const link = page.getByRole('link', { name: /Fill in\s*: GAD-7/ }).last();
    await link.waitFor();
    await picture('home-phone', page);
    await link.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Before you begin' }).waitFor();
    await page.getByText(`${therapist.name} sees your answers`).waitFor();
    await picture('before-phone', page);
    const press = async (name) => {
      await page.getByRole('button', { name, exact: true }).focus();
      await page.keyboard.press('Enter');
    };
    await press('Begin');
    for (const number of [1, 2, 3]) {
      await page.getByText(`${number} of 7`, { exact: true }).waitFor();
      if (number === 2) {
        await press('Skip');
        continue;
      }
      // From the words of the step, where the focus is, one Tab leads to the answers.
      await page.keyboard.press('Tab');
      await page.keyboard.press('ArrowDown');
      same('the second answer is chosen', await page.locator('input:checked').count(), 1);
      await page.getByText('Saved', { exact: true }).waitFor();
      if (number === 1) await picture('question-phone', page);
      await press('Next');
    }
    await page.getByText('4 of 7', { exact: true }).waitFor();
    await until('too wide', async () => (await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)) <= 0);

    const far = await place.person(house.origin, client, { ...desk, colorScheme: 'dark' });
    await far.page.getByRole('link', { name: /Go on\s*: GAD-7/ }).click();
    await far.page.locator('fieldset').nth(6).waitFor();
    same('what was answered on the phone', await far.page.locator('input:checked').count(), 2);
    const groups = await far.page.locator('fieldset').all();
    for (const group of groups.slice(3)) await group.locator('input').nth(2).check();
    await far.page.getByText('Saved', { exact: true }).waitFor();
    await far.page.getByText('Not answered: 1').waitFor();
    await picture('desk-dark', far.page);

    // The phone knows less now: what it says is refused, and it shows what is there.
    await page.locator('input').first().check();
    await page.getByText('continued on another device').waitFor();

    await far.page.locator('fieldset').nth(1).locator('input').nth(1).check();
    await far.page.getByText('You have answered everything').waitFor();
    const number = async () => Number(await hers.page.getByRole('region', { name: 'Sent' }).locator('h2 span').innerText());
    const before = await number();
    await far.page.getByRole('button', { name: 'Send', exact: true }).click();
    await far.page.getByRole('heading', { name: 'Thank you' }).waitFor();
    await far.page.getByText('It is no diagnosis').waitFor();
    await picture('sent-dark', far.page);
    await until('the therapist sees it', async () => (await number()) === before + 1);
    const sent = hers.page.getByRole('region', { name: 'Sent' }).locator('li').first();
    same('the score', (await sent.locator('dd strong').innerText()).trim(), '11');
    await sent.getByText('Moderate').waitFor();
    await picture('therapist-list', hers.page);
    await sent.getByRole('link').click();
    await hers.page.getByRole('region', { name: 'Answers' }).locator('li').nth(6).waitFor();
    same('item by item', await hers.page.getByRole('region', { name: 'Answers' }).locator('li strong').count(), 7);
    await picture('therapist-items', hers.page);
  });

  await check('SPARQ in a German interface says that it is English, gives two scores and keeps single answers with the client', async (place) => {
    const { therapist, client } = house.nextPair();
    const hers = await place.person(house.origin, therapist, desk);
    await ask(hers, client, 'sparq');
    const near = await place.person(house.origin, client, { ...phone, locale: 'de-DE' });
    const { page } = near;
    await page.getByRole('link', { name: /Ausfüllen\s*: Beziehung \(SPARQ\)/ }).click();
    await page.getByText('nur auf Englisch').waitFor();
    same('not allowed until the client does', await page.getByRole('checkbox').isChecked(), false);
    await picture('sparq-before-de', page);
    await page.getByRole('button', { name: 'Beginnen' }).click();
    same('the wording is marked as English', await page.locator('legend').getAttribute('lang'), 'en');
    for (let number = 1; number <= 8; number++) {
      await page.getByText(`${number} von 8`, { exact: true }).waitFor();
      await page.locator('input').nth(1).check();
      await page.getByRole('button', { name: number === 8 ? 'Zur Übersicht' : 'Weiter' }).click();
    }
    await page.getByRole('heading', { name: 'Bevor Sie abschicken' }).waitFor();
    await picture('sparq-review-de', page);
    await page.getByRole('button', { name: 'Abschicken' }).click();
    await page.getByRole('heading', { name: 'Danke' }).waitFor();
    // The bar of the demo covers nothing of what it says.
    const under = await page.evaluate(() => [document.activeElement.getBoundingClientRect().top, document.querySelector('aside.demo').getBoundingClientRect().bottom]);
    same('the thanks stand below the bar', under[0] >= under[1], true);
    await picture('sparq-sent-de', page);

    const sent = hers.page.getByRole('region', { name: 'Sent' }).locator('li').first();
    await sent.getByRole('heading', { name: 'Relationship (SPARQ)' }).waitFor();
    await until('two scores', async () => (await sent.locator('dd strong').allInnerTexts()).join() === '4,4');
    await sent.getByRole('link').click();
    await hers.page.getByText('only if the client allows it').waitFor();
    same('no single answer', await hers.page.getByText('I felt happy to see my therapist').count(), 0);
    // By keyboard: one tick shows nothing yet, it asks what shall become visible to whom.
    const box = page.getByRole('checkbox', { name: `${therapist.name} darf meine einzelnen Antworten` });
    await box.press(' ');
    const question = page.getByRole('group', { name: `Sollen alle Antworten dieses Fragebogens (8) für ${therapist.name} sichtbar werden?` });
    await question.waitFor();
    same('the question has the focus', await question.locator('p').evaluate((one) => one === document.activeElement), true);
    same('barriers', await barriers(page), []);
    same('too wide', await excess(page), 0);
    await picture('sparq-allow-de', page);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await question.waitFor({ state: 'detached' });
    same('left as it is', [await box.isChecked(), await box.evaluate((one) => one === document.activeElement)], [false, true]);
    await hers.page.reload();
    await hers.page.getByText('only if the client allows it').waitFor();
    await box.press(' ');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText(`${therapist.name} kann Ihre Antworten jetzt sehen.`).waitFor({ state: 'attached' });
    same('the focus is back', [await box.isChecked(), await box.evaluate((one) => one === document.activeElement)], [true, true]);
    await hers.page.getByText('I felt happy to see my therapist').waitFor();
    // Taking it back needs no asking.
    await box.press(' ');
    await hers.page.getByText('only if the client allows it').waitFor();
  });

  await check('a question that other answers make needless is not asked, and is none that was left out', async (place) => {
    const { therapist, client } = house.nextPair();
    const hers = await place.person(house.origin, therapist, desk);
    await ask(hers, client, 'phq-9');
    const { page } = await place.person(house.origin, client, phone);
    await page.getByRole('link', { name: /Fill in\s*: PHQ-9/ }).last().click();
    await page.getByRole('button', { name: 'Begin', exact: true }).click();
    for (let number = 1; number <= 9; number++) {
      await page.getByText(`${number} of 10`, { exact: true }).waitFor();
      await page.locator('input').first().check();
      if (number < 9) await page.getByRole('button', { name: 'Next', exact: true }).click();
    }
    await page.locator('input').nth(1).check();
    await page.getByText('9 of 10', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    await page.getByText('If you checked off', { exact: false }).first().waitFor();
    await page.locator('input').nth(1).check();
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    await page.locator('input').first().check();
    await page.getByText('9 of 10', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'To the overview', exact: true }).click();
    await page.getByText('You have answered everything.').waitFor();
    await picture('conditional-overview-phone', page);
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('heading', { name: 'Thank you' }).waitFor();
    const sent = page.locator('li', { hasText: 'If you checked off' }).first();
    await sent.getByText('Not asked', { exact: true }).waitFor({ state: 'attached' });
    await picture('conditional-sent-phone', page);
  });

  await check('without a network answers stay in the page, which says so, and are saved when it is back', async (place) => {
    const { therapist, client } = house.nextPair();
    const hers = await place.person(house.origin, therapist, desk);
    await ask(hers, client, 'phq-2');
    const road = await place.road(house.port);
    const near = await place.person(road.origin, client, phone);
    await near.page.getByRole('link', { name: /Fill in\s*: PHQ-2/ }).click();
    await near.page.getByRole('button', { name: 'Begin' }).click();
    road.cut();
    await near.page.locator('input').nth(2).check();
    await near.page.getByText('cannot be saved right now').waitFor();
    await picture('offline-phone', near.page);
    road.mend();
    await near.page.getByText('Saved', { exact: true }).waitFor({ timeout: 40_000 });
    await near.page.reload();
    await near.page.getByText('2 of 2', { exact: true }).waitFor();
  });
}
