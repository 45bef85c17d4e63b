import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { same, until } from '../lib/people.mjs';

const samples = new URL('../../../fuzz/corpus/fuzz_media/', import.meta.url);
const sample = (name, mimeType, as = name) => ({ name: as, mimeType, buffer: readFileSync(new URL(name, samples)) });
const phone = { viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' };
const desk = { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' };
const words = (page) => page.locator('#words');
const chooser = (page) => page.locator('input[type=file]');

/** A picture that a phone might have taken: large enough to come in several parts. */
const photo = (page) => page.evaluate(async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 900, height: 600 });
  const pen = canvas.getContext('2d');
  const dots = pen.createImageData(900, 600);
  for (let i = 0; i < dots.data.length; i += 65536) crypto.getRandomValues(dots.data.subarray(i, i + 65536));
  for (let i = 3; i < dots.data.length; i += 4) dots.data[i] = 255;
  pen.putImageData(dots, 0, 0);
  pen.fillStyle = '#1f5e5b';
  pen.fillRect(80, 80, 740, 440);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.9));
  return [...new Uint8Array(await blob.arrayBuffer())];
}).then((bytes) => ({ name: 'the lake.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(bytes) }));

/** Drops files as from another window. */
const drop = (page, target, file) => page.locator(target).evaluate((element, { name, mimeType, bytes }) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name, { type: mimeType }));
  for (const type of ['dragover', 'drop']) element.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
}, { ...file, bytes: [...file.buffer] });

export default async function add({ check, house, shots }) {
  const pair = house.nextPair();

  await check('a picture goes with a chat line without words, is described, and seen by the other when they want to', async (place) => {
    const client = await place.person(house.origin, pair.client, desk);
    await client.openChat();
    await client.page.getByRole('button', { name: 'Attach a file' }).waitFor();
    await chooser(client.page).setInputFiles(await photo(client.page));
    await client.page.getByLabel('What is to be seen?').fill('The lake, very early');
    await client.page.waitForTimeout(1000); // nobody reloads in the same moment in which they wrote
    await client.page.reload();
    await until('what the picture shows is still there', async () => (await client.page.getByLabel('What is to be seen?').inputValue()) === 'The lake, very early');
    await words(client.page).press('Enter');
    await client.page.locator('ol .bubble', { hasText: 'the lake.jpg' }).waitFor();
    same('nothing waits any more', await client.page.locator('form li').count(), 0);

    const therapist = await place.person(house.origin, pair.therapist, desk);
    await therapist.openChat(pair.client.name);
    const bubble = therapist.page.locator('ol .bubble', { hasText: 'the lake.jpg' });
    await bubble.getByText('The lake, very early').waitFor();
    same('no picture is fetched before it is asked for', await bubble.locator('img').count(), 0);
    await bubble.getByRole('button', { name: 'Show: the lake.jpg' }).click();
    const picture = bubble.getByRole('img', { name: 'The lake, very early' });
    await until('the picture is there', () => picture.evaluate((one) => one.complete && one.naturalWidth === 900));
    await bubble.getByRole('button', { name: 'Hide: the lake.jpg' }).click();
    await picture.waitFor({ state: 'detached' });
  });

  await check('a document is dropped on a new letter, goes with it, and is saved under its name', async (place) => {
    const { page, origin } = await place.person(house.origin, pair.client, desk);
    await page.goto(`${origin}/`);
    await page.getByRole('link', { name: 'Messages', exact: false }).first().click();
    await page.getByRole('link', { name: 'Write a new message' }).click();
    await page.getByRole('button', { name: 'Attach a file' }).waitFor();
    await drop(page, 'form', sample('paper.pdf', 'application/pdf', 'my week.pdf'));
    await page.getByRole('button', { name: 'Remove my week.pdf' }).waitFor();
    await page.locator('#subject').fill('My week');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('heading', { level: 1, name: 'My week' }).waitFor();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save: my week.pdf' }).click();
    same('saved as', (await saved).suggestedFilename(), 'my week.pdf');
    same('as it was', readFileSync(await (await saved).path()).equals(readFileSync(new URL('paper.pdf', samples))), true);
  });

  await check('sound is listened to', async (place) => {
    const client = await place.person(house.origin, pair.client, desk);
    await client.openChat();
    await client.page.getByRole('button', { name: 'Attach a file' }).waitFor();
    await chooser(client.page).setInputFiles(sample('voice.ogg', 'audio/ogg'));
    await client.page.getByRole('button', { name: 'Remove voice.ogg' }).waitFor();
    await client.page.waitForTimeout(2000); // it is looked at before it can go
    await client.say('Listen to this');
    await client.page.getByRole('button', { name: 'Listen: voice.ogg' }).click();
    await until('it can be heard', () => client.page.locator('audio').evaluate((one) => one.readyState > 0 && one.duration > 0.2));
  });

  await check('a file that is refused says why, whatever its name; the words stay, and go without it', async (place) => {
    const client = await place.person(house.origin, pair.client, desk);
    await client.openChat();
    await client.page.getByRole('button', { name: 'Attach a file' }).waitFor();
    await words(client.page).fill('Here it is');
    const name = '"><img src=x onerror=document.title=1>.png';
    await chooser(client.page).setInputFiles({ name, mimeType: 'image/png', buffer: Buffer.from('<svg onload="alert(1)"/>') });
    await client.page.getByText('Files of this kind cannot be sent.').waitFor();
    await words(client.page).press('Enter');
    await client.page.getByText('A file was not taken. Remove it to send the message.').waitFor();
    same('the text is said to be right', await words(client.page).getAttribute('aria-invalid'), 'false');
    await until('the focus is on the way out', () => client.page.evaluate(() => document.activeElement.closest('form li') !== null));
    same('its name is text', await client.page.locator('form img').count(), 0);
    same('the words', await words(client.page).inputValue(), 'Here it is');
    await client.page.getByRole('button', { name: `Remove ${name}` }).click();
    await words(client.page).press('Enter');
    await client.sees('Here it is');
  });

  await check('a network that breaks off loses neither words nor file: try again, or cancel', async (place) => {
    const client = await place.person(house.origin, pair.client, desk);
    await client.openChat();
    await client.page.getByRole('button', { name: 'Attach a file' }).waitFor();
    await words(client.page).fill('With a picture');
    let broken = true;
    await client.context.route('**/part', (route) => (broken ? route.abort() : route.continue()));
    await chooser(client.page).setInputFiles(await photo(client.page));
    const again = client.page.getByRole('button', { name: 'Try again' });
    await again.waitFor({ timeout: 40_000 });
    broken = false;
    await again.click();
    await client.page.getByRole('button', { name: 'Remove the lake.jpg' }).waitFor();
    same('the words', await words(client.page).inputValue(), 'With a picture');
    await client.page.getByRole('button', { name: 'Remove the lake.jpg' }).click();
    same('removed', await client.page.locator('form li').count(), 0);
    await words(client.page).fill('');
  });

  for (const [name, look] of [['phone', phone], ['desk', desk]]) {
    for (const colorScheme of ['light', 'dark']) {
      await check(`files, ${name}, ${colorScheme}: nothing overflows and axe finds nothing`, async (place) => {
        const client = await place.person(house.origin, pair.client, { ...look, colorScheme });
        await client.openChat();
        await client.page.getByRole('button', { name: 'Attach a file' }).waitFor();
        await chooser(client.page).setInputFiles([await photo(client.page), sample('shot.png', 'text/plain', 'a very long name that somebody gave to a picture of the whole family.png')]);
        await client.page.getByLabel('What is to be seen?').nth(1).waitFor();
        same('wider than the screen', await excess(client.page), 0);
        same('barriers', await barriers(client.page), []);
        if (shots) await client.page.screenshot({ path: join(shots, `files-choosing-${name}-${colorScheme}.png`) });
        for (let left = 2; left > 0; left -= 1) await client.page.getByRole('button', { name: /^Remove / }).first().click();
        const bubble = client.page.locator('ol .bubble', { hasText: 'the lake.jpg' }).first();
        await bubble.getByRole('button', { name: 'Show: the lake.jpg' }).click();
        await bubble.getByRole('img').waitFor();
        await bubble.scrollIntoViewIfNeeded();
        same('wider than the screen, with the picture', await excess(client.page), 0);
        same('barriers, with the picture', await barriers(client.page), []);
        if (shots) await client.page.screenshot({ path: join(shots, `files-sent-${name}-${colorScheme}.png`) });
        if (name === 'phone' && shots) {
          await client.page.getByRole('link', { name: 'Messages', exact: false }).first().click();
          await client.page.getByRole('link', { name: 'Write a new message' }).click();
          await client.page.getByText(/Pictures, PDF or sound/).waitFor();
          await client.page.screenshot({ path: join(shots, `files-letter-${colorScheme}.png`), fullPage: true });
        }
      });
    }
  }
}
