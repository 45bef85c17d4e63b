import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' };
const narrow = { viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' };
const desk = { viewport: { width: 1100, height: 900 }, reducedMotion: 'reduce' };
const ordinal = 'http://hl7.org/fhir/StructureDefinition/ordinalValue';
const script = '<img src=x onerror="document.title=\'owned\'"><script>document.title=1</scr' + 'ipt>';

/** Two questions, each answered 0 to 2; the line of each text is known. */
function mood(version, first, more = {}) {
  const item = (linkId, text) => ({
    linkId, text, type: 'choice',
    answerOption: [0, 1, 2].map((n) => ({ valueCoding: { code: String(n), display: ['not at all', 'somewhat', 'very much'][n], extension: [{ url: ordinal, valueDecimal: n }] } }))
  });
  return JSON.stringify({ resourceType: 'Questionnaire', id: 'mood', version, language: 'en', title: 'Mood today', item: [
    { linkId: 'intro', type: 'display', text: 'How was today?' }, item('a', first), item('b', 'I felt calm.'), { linkId: 'c', type: 'text', text: 'Anything else?' }], ...more }, null, 1);
}
const scoring = (version) => JSON.stringify({ schema: 'rapport.scoring/1', instrument: 'mood', name: 'Mood', version, citation: 'Nobody.',
  licence: { status: 'A', commercial_builds: 'on' }, unscored: ['c'],
  scales: [{ key: 'total', label: 'Total', method: 'sum', items: ['a', 'b'], range: [0, 4], direction: 'higher_better', missing: { rule: 'complete_only' } }] }, null, 1);
const fhir = 'http://hl7.org/fhir/StructureDefinition';
/** Two lines to mark, the ends of the first with names. */
const weather = () => {
  const end = (linkId, text, code) => ({ linkId, text, type: 'display', extension: [{ url: `${fhir}/questionnaire-itemControl`, valueCodeableConcept: { coding: [{ code }] } }] });
  const line = (linkId, text, ends) => ({ linkId, text, type: 'decimal', item: ends,
    extension: [{ url: `${fhir}/minValue`, valueDecimal: 0 }, { url: `${fhir}/maxValue`, valueDecimal: 10 }] });
  return JSON.stringify({ resourceType: 'Questionnaire', id: 'weather', version: '1', language: 'en', title: 'Weather', item: [
    line('a', 'How was the weather?', [end('a-low', 'It rained all day', 'lower'), end('a-high', 'The sun shone', 'upper')]), line('b', 'How strong was the wind?', [])] });
};
const weatherScoring = () => JSON.stringify({ schema: 'rapport.scoring/1', instrument: 'weather', name: 'Weather', version: '1', citation: 'Nobody.',
  licence: { status: 'A', commercial_builds: 'on' },
  scales: [{ key: 'total', label: 'Total', method: 'sum', items: ['a', 'b'], range: [0, 20], direction: 'higher_better', missing: { rule: 'complete_only' } }] });
const file = (name, text) => ({ name, mimeType: 'application/json', buffer: Buffer.from(text) });

export default async function add({ check, house, shots }) {
  const picture = async (name, page) => {
    same(`${name}: too wide by`, await excess(page), 0);
    same(`${name}: barriers`, await barriers(page), []);
    if (shots) await page.screenshot({ path: join(shots, `instruments-${name}.png`), fullPage: true });
  };
  const administrator = house.accountsOf('administrator')[0];
  const entry = (page, name) => page.locator('details', { has: page.locator('summary strong', { hasText: new RegExp(`^${name}$`) }) });

  await check('an administrator brings a questionnaire: mistakes with their lines, a preview, a version, and a form of it', async (place) => {
    const { therapist, client } = house.nextPair();
    const { page } = await place.person(house.origin, administrator, desk);
    await page.getByRole('link', { name: 'Questionnaires: licences and sources' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Questionnaires' }).waitFor();
    await page.locator('summary strong', { hasText: 'CORE-OM' }).waitFor();
    await picture('list', page);

    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'Please choose a file' }).waitFor();
    same('the focus', await page.evaluate(() => document.activeElement.id), 'upload-questionnaire');
    await page.setInputFiles('#upload-questionnaire', file('mood.json', mood('1', 'I felt glad.').replace('"linkId": "b"', '"linkId": "a"')));
    await page.setInputFiles('#upload-scoring', file('mood.scoring.json', scoring('1').replace('"method": "sum"', '"method": "product"')));
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    const wrong = page.locator('#wrong-questionnaire');
    await wrong.getByText('The linkId "a" is used twice.').waitFor();
    same('its line is said', /^Line \d+:/.test((await wrong.locator('strong').first().innerText()).trim()), true);
    await page.locator('#wrong-scoring').getByText('This must be one of').waitFor();
    await picture('mistakes', page);

    // Mended on the disk under the same name and chosen anew, as people do it.
    const folder = await mkdtemp(join(tmpdir(), 'instruments-'));
    const path = join(folder, 'mood.json');
    const choose = async (text) => {
      await writeFile(path, text);
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.locator('#upload-questionnaire').click()]);
      await chooser.setFiles(path);
      await page.getByRole('button', { name: 'Check', exact: true }).click();
    };
    await page.setInputFiles('#upload-scoring', []);
    await choose(mood('1', 'Glad?').replace('"choice"', '"choise"'));
    await wrong.getByText('The type "choise" of item "a" is none of FHIR\'s').waitFor();
    await choose(mood('1', 'I felt glad.'));
    await page.getByRole('heading', { name: 'What it will look like' }).waitFor();
    await page.getByRole('button', { name: 'Change the files' }).click();
    await rm(folder, { recursive: true });

    // All at once, and a file of another kind at its field.
    await page.setInputFiles('#upload-scoring', []);
    await page.setInputFiles('#upload-questionnaire', file('mood.json', '{"resourceType": "Questionnaire", "item": [\n{"linkId": "a", "type": "choice"},\n{"linkId": "a", "text": "Calm?", "type": "choice", "answerOption": [{"valueCoding": {"code": "0"}}, {"valueInteger": 1}]}]}'));
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    for (const words of ['in which language', 'The linkId "a" is used twice.', 'Item "a" has no text.', 'Item "a" has no answers to choose from.', 'Answer 1 of item "a" has no words.']) await wrong.getByText(words).waitFor();
    await picture('mistakes-all', page);
    await page.setInputFiles('#upload-questionnaire', { name: 'mood.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n\u0000\u00e2') });
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await wrong.getByText('This is no JSON file.').waitFor();
    same('the focus', await page.evaluate(() => document.activeElement.id), 'upload-questionnaire');

    // The file at fault has the focus, though another one is still to be chosen.
    await page.setInputFiles('#upload-questionnaire', []);
    await page.setInputFiles('#upload-scoring', { name: 'mood.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n\u0000\u00e2') });
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.locator('#wrong-scoring').getByText('This is no JSON file.').waitFor();
    same('the focus', await page.evaluate(() => document.activeElement.id), 'upload-scoring');
    await page.setInputFiles('#upload-scoring', []);
    await page.setInputFiles('#upload-questionnaire', file('mood.json', mood('1', 'Glad?').replace('"choice"', '"choise"').replace('"very much"', '"somewhat"')));
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await wrong.getByText('The type "choise" of item "a" is none of FHIR\'s').waitFor();
    await wrong.getByText('Answers 2 and 3 of item "a" have the same words.').waitFor();
    same('each with its line', await wrong.locator('li strong').count(), 2);

    await page.setInputFiles('#upload-questionnaire', file('mood.json', mood('1', script)));
    await page.setInputFiles('#upload-scoring', file('mood.scoring.json', scoring('1')));
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByRole('heading', { name: 'What it will look like' }).waitFor();
    await until('the focus on the preview', () => page.evaluate(() => document.activeElement.id === 'preview-title'));
    await page.getByText(script).waitFor();
    same('a script is text', await page.locator('main img').count(), 0);
    same('the title is ours', (await page.title()).includes('owned'), false);
    await page.getByText('Not asked here, since answered neither by choosing one answer nor with a mark on a line (1)').waitFor();
    await page.getByText('Anything else?').waitFor();
    await page.getByRole('button', { name: 'Change the files' }).click();

    await page.setInputFiles('#upload-questionnaire', file('mood.json', mood('1', 'I felt glad.')));
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByText('A new questionnaire, under the short name mood.').waitFor();
    await page.getByRole('group', { name: 'I felt glad.' }).getByLabel('very much').check();
    await picture('preview', page);
    await page.getByRole('button', { name: 'Save this version' }).click();
    await page.getByText('Saved as version 1.').waitFor();
    await until('the focus on what was saved', () => page.evaluate(() => document.activeElement.id === 'said-mood'));
    await entry(page, 'Mood').locator('summary').press('Enter');
    await entry(page, 'Mood').getByText(/^[0-9a-f]{64}$/).waitFor();
    await picture('saved', page);

    const hers = await place.person(house.origin, therapist, desk);
    const ask = async () => {
      await hers.page.goto(`${house.origin}/`);
      await hers.page.locator('li.client', { hasText: client.name }).locator('a[href$="/forms"]').click();
      await hers.page.locator('summary', { hasText: 'Ask for a form' }).click();
      await hers.page.locator('#which').selectOption('mood');
      await hers.page.getByRole('button', { name: 'Ask for it' }).click();
      await hers.page.getByRole('region', { name: 'To fill in' }).locator('li', { hasText: 'Mood' }).first().waitFor();
    };
    await ask();
    const theirs = await place.person(house.origin, client, phone);
    const open = () => theirs.page.getByRole('link', { name: /Fill in\s*: Mood/ }).first();
    await open().waitFor();
    const first = await open().getAttribute('href');

    // The next version: the form that is out keeps its words.
    await page.setInputFiles('#upload-questionnaire', file('mood.json', mood('2', 'I felt cheerful.')));
    await page.setInputFiles('#upload-scoring', file('mood.scoring.json', scoring('2')));
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByText('The next version of mood.').waitFor();
    await page.getByRole('button', { name: 'Save this version' }).click();
    await page.getByText('Saved as version 2.').waitFor();
    await theirs.page.goto(`${house.origin}${first}`);
    await theirs.page.getByRole('button', { name: 'Begin' }).click();
    await theirs.page.getByText('I felt glad.').waitFor();
    await picture('old-version-phone', theirs.page);

    // What was open stays so.
    await entry(page, 'Mood').getByRole('button', { name: /^Withdraw/ }).click();
    await page.getByText('Mood is withdrawn').waitFor();
    await until('the focus on what happened, beside it', () => page.evaluate(() => document.activeElement.id === 'said-mood'));
    same('it stays open', await entry(page, 'Mood').getByRole('button', { name: /^Ask for it again/ }).isVisible(), true);
    await hers.page.goto(`${house.origin}/`);
    await hers.page.locator('li.client', { hasText: client.name }).locator('a[href$="/forms"]').click();
    await hers.page.locator('summary', { hasText: 'Ask for a form' }).click();
    await until('the list without it', async () => (await hers.page.locator('#which option').count()) > 3);
    same('it is asked for no more', await hers.page.locator('#which option[value="mood"]').count(), 0);
  });

  await check('lines are marked by finger and keys, are empty before, and are read with their number by the therapist', async (place) => {
    const { therapist, client } = house.nextPair();
    const { page } = await place.person(house.origin, administrator, desk);
    await page.goto(`${house.origin}/instruments`);
    await page.setInputFiles('#upload-questionnaire', file('weather.json', weather()));
    await page.setInputFiles('#upload-scoring', file('weather.scoring.json', weatherScoring()));
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByText('A new questionnaire, under the short name weather.').waitFor();
    const tried = page.getByRole('slider', { name: 'How was the weather?' });
    same('no mark in the preview', await tried.getAttribute('aria-valuetext'), 'no mark yet');
    const track = await tried.boundingBox();
    await page.mouse.click(track.x + track.width * 0.25, track.y + track.height / 2);
    await until('a mark in the preview', async () => /^2\.[3-7] on a line/.test(await tried.getAttribute('aria-valuetext')));
    await picture('lines-preview', page);
    await page.getByRole('button', { name: 'Save this version' }).click();
    await page.getByText('Saved as version 1.').waitFor();

    const hers = await place.person(house.origin, therapist, desk);
    await hers.page.goto(`${house.origin}/`);
    await hers.page.locator('li.client', { hasText: client.name }).locator('a[href$="/forms"]').click();
    const forms = hers.page.url();
    await hers.page.locator('summary', { hasText: 'Ask for a form' }).click();
    await hers.page.locator('#which').selectOption('weather');
    await hers.page.getByRole('button', { name: 'Ask for it' }).click();
    await hers.page.getByRole('region', { name: 'To fill in' }).locator('li', { hasText: 'Weather' }).first().waitFor();

    const theirs = await place.person(house.origin, client, { ...phone, hasTouch: true });
    const link = theirs.page.getByRole('link', { name: /Fill in\s*: Weather/ }).first();
    await link.waitFor();
    const address = `${house.origin}${await link.getAttribute('href')}`;
    await theirs.page.goto(address);
    await theirs.page.getByRole('button', { name: 'Begin' }).click();
    const line = theirs.page.getByRole('slider', { name: 'How was the weather?' });
    const says = () => line.getAttribute('aria-valuetext');
    same('no mark yet', await says(), 'no mark yet');
    await theirs.page.getByText('It rained all day').waitFor();
    await theirs.page.getByText('The sun shone').waitFor();
    const box = await line.boundingBox();
    same('high enough for a finger', box.height >= 44, true);
    await theirs.page.getByRole('button', { name: 'Skip' }).waitFor();
    await picture('line-empty-phone', theirs.page);

    // A tap in the very middle moves nothing, and is a mark all the same.
    await theirs.page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
    await until('a mark in the middle', async () => /^(4\.9|5|5\.1) on a line from 0 to 10$/.test(await says()));
    await theirs.page.getByRole('button', { name: /^Take the answer back/ }).click();
    await until('no mark again', async () => (await says()) === 'no mark yet');
    same('the focus on the line', await theirs.page.evaluate(() => document.activeElement.type), 'range');
    // A finger that comes down on the line and scrolls the page.
    await line.evaluate((one) => {
      one.value = '2';
      for (const event of [new Event('input', { bubbles: true }), new PointerEvent('pointercancel', { bubbles: true }), new Event('change', { bubbles: true })]) one.dispatchEvent(event);
    });
    same('to scroll is no mark', await says(), 'no mark yet');
    same('nor is one drawn', await line.evaluate((one) => one.classList.contains('unset') && one.value), '5');
    const pressed = async (key, words) => {
      await theirs.page.keyboard.press(key);
      await until(`${words} after ${key}`, async () => (await says()) === `${words} on a line from 0 to 10`);
    };
    await pressed('Home', '0');
    await pressed('PageUp', '1');
    await pressed('ArrowRight', '1.1');
    await pressed('End', '10');
    await pressed('PageDown', '9');
    await pressed('ArrowLeft', '8.9');
    same('no number beside it', await theirs.page.getByText('8.9', { exact: false }).count(), 0);
    await theirs.page.getByRole('button', { name: /^Show as a number/ }).click();
    await theirs.page.getByText('8.9 on a line from 0 to 10').waitFor();
    await picture('line-marked-phone', theirs.page);
    await theirs.page.getByRole('button', { name: 'Next' }).click();
    const wind = theirs.page.getByRole('slider', { name: 'How strong was the wind?' });
    await wind.focus();
    await theirs.page.keyboard.press('Space');
    await until('the wind', async () => (await wind.getAttribute('aria-valuetext')) === '5 on a line from 0 to 10');
    await theirs.page.getByRole('button', { name: 'To the overview' }).click();
    await theirs.page.getByRole('img', { name: '8.9 on a line from 0 to 10' }).waitFor();
    await picture('lines-review-phone', theirs.page);
    await theirs.page.getByRole('button', { name: 'Send', exact: true }).click();
    await theirs.page.getByRole('region', { name: 'Answers' }).getByRole('img', { name: '5 on a line from 0 to 10' }).waitFor();
    await picture('lines-sent-phone', theirs.page);

    await hers.page.goto(address.includes('/forms/') ? address : forms);
    const answers = hers.page.getByRole('region', { name: 'Answers' });
    await answers.getByText('8.9 on a line from 0 to 10').waitFor();
    await hers.page.getByText('13.9').first().waitFor();
    await picture('lines-therapist', hers.page);

    // Corrected, in German.
    const german = await place.person(house.origin, client, { ...narrow, locale: 'de-DE', colorScheme: 'dark' });
    await german.page.goto(address);
    await german.page.getByRole('button', { name: 'Berichtigen' }).click();
    await german.page.getByRole('button', { name: 'Beginnen' }).click();
    const theirLine = german.page.getByRole('slider', { name: 'How was the weather?' });
    await until('the mark in German', async () => (await theirLine.getAttribute('aria-valuetext')) === '8,9 auf einer Linie von 0 bis 10');
    await picture('line-phone-de', german.page);
  });

  await check('WHO-5 waits until somebody confirms that its use is non-commercial, in German on a phone', async (place) => {
    const { page } = await place.person(house.origin, administrator, { ...narrow, locale: 'de-DE' });
    await page.goto(`${house.origin}/instruments`);
    await page.setInputFiles('#upload-questionnaire', file('mood.json', mood('1', 'Froh?').replace('"linkId": "b"', '"linkId": "a"')));
    await page.getByRole('button', { name: 'Prüfen', exact: true }).click();
    await page.getByText('Die linkId „a“ kommt zweimal vor.').waitFor();
    await page.setViewportSize(phone.viewport);
    await picture('mistakes-phone-de', page);
    await entry(page, 'Kurze Frage nach der Zusammenarbeit').waitFor();
    await entry(page, 'GAD-7').locator('summary').click();
    await entry(page, 'GAD-7').getByText('Grenzwert 3: aus zweiter Hand').waitFor();
    same('no keys of files', /cutoffs|loinc_notice|information\./.test(await entry(page, 'GAD-7').innerText()), false);
    await page.setViewportSize(narrow.viewport);
    await entry(page, 'WHO-5').locator('summary').click();
    await picture('who-phone-de', page);
    await entry(page, 'WHO-5').getByRole('button', { name: /^Einschalten/ }).click();
    await page.getByRole('alert').filter({ hasText: 'Bitte bestätigen Sie das zuerst' }).waitFor();
    same('the focus', await page.evaluate(() => document.activeElement.id), 'confirm-who-5');
    await page.keyboard.press('Space');
    await entry(page, 'WHO-5').getByRole('button', { name: /^Einschalten/ }).click();
    await page.getByText('WHO-5 kann jetzt gegeben werden.').waitFor();
    await until('the focus on what happened', () => page.evaluate(() => document.activeElement.id === 'said-who-5'));
    const told = await page.locator('#said-who-5').boundingBox();
    same('it is in view', told !== null && told.y > 0 && told.y + told.height < narrow.viewport.height, true);
    await entry(page, 'WHO-5').getByRole('button', { name: /^Zurückziehen/ }).waitFor();
    await picture('on-phone-de', page);
  });

  await check('a therapist reads licences and sources, and changes nothing', async (place) => {
    const { page } = await place.person(house.origin, house.accountsOf('therapist')[0], { ...phone, colorScheme: 'dark' });
    await page.goto(`${house.origin}/account`);
    await page.getByRole('link', { name: 'Questionnaires: licences and sources' }).click();
    await page.getByRole('heading', { level: 1, name: 'Questionnaires' }).waitFor();
    await entry(page, 'Relationship check-in').locator('summary').click();
    await entry(page, 'Relationship check-in').getByText('has not been validated').first().waitFor();
    await entry(page, 'OQ-45').locator('summary').click();
    await entry(page, 'OQ-45').getByText('the rights holder').first().waitFor();
    same('nothing to bring', await page.locator('#upload-questionnaire').count(), 0);
    same('nothing to withdraw', await page.getByRole('button', { name: /^Withdraw/ }).count(), 0);
    await picture('therapist-dark-phone', page);
    const { client } = house.nextPair();
    const theirs = await place.person(house.origin, client, phone);
    await theirs.page.goto(`${house.origin}/instruments`);
    await theirs.page.getByRole('heading', { level: 1 }).waitFor();
    same('clients have no such page', await theirs.page.getByText('CORE-OM').count(), 0);
  });
}
