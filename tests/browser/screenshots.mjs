#!/usr/bin/env node
// Takes the pictures of the README from a demo practice: node tests/browser/screenshots.mjs --rapport PATH --out DIR
import { mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { House } from './lib/house.mjs';
import { Desk, launch, until } from './lib/people.mjs';

const { values } = parseArgs({ options: { rapport: { type: 'string' }, out: { type: 'string' } } });
if (!values.rapport || !values.out) {
  process.stderr.write('Give the server program and a folder: --rapport build/release/rapport --out docs/screenshots\n');
  process.exit(2);
}
/** Bytes: a page with three of them must still load on a slow line. */
const largest = 150 * 1024;

async function take(page, name) {
  // The banner that says that nobody here is real belongs into every picture.
  await page.locator('aside', { hasText: 'Synthetic demo' }).waitFor();
  await page.waitForLoadState('networkidle');
  const path = join(resolve(values.out), `${name}.png`);
  await page.screenshot({ path });
  const { size } = statSync(path);
  process.stdout.write(`${path}: ${(size / 1024).toFixed(0)} KB\n`);
  if (size > largest) throw new Error(`${name}.png is larger than ${largest / 1024} KB`);
}

mkdirSync(values.out, { recursive: true });
const house = new House(resolve(values.rapport));
const browser = await launch();
const desk = new Desk(browser);
try {
  await house.open();
  const pair = house.nextPair();
  const therapist = await desk.person(house.origin, pair.therapist, { viewport: { width: 1100, height: 760 }, colorScheme: 'light' });
  const client = await desk.person(house.origin, pair.client, {
    viewport: { width: 390, height: 760 }, deviceScaleFactor: 2, colorScheme: 'dark', isMobile: true, hasTouch: true
  });
  await therapist.page.locator('li.client').first().waitFor();
  await take(therapist.page, 'caseload');
  await therapist.page.locator('li.client', { hasText: pair.client.name }).locator('a[href$="/messages"]').click();
  await therapist.page.locator('main li a').first().click();
  await therapist.page.locator('.bubble').last().waitFor();
  await therapist.page.evaluate(() => scrollTo(0, 0));
  await take(therapist.page, 'thread');

  await therapist.openChat(pair.client.name);
  await client.openChat();
  await therapist.say('Hello. How was the night?');
  await client.sees('How was the night?');
  await client.page.locator('#words').fill('Better than last week. I only got up once.');
  await client.page.getByRole('button', { name: 'Send' }).click();
  await until('read', async () => (await client.state('only got up once').innerText()) === 'Read');
  await therapist.page.locator('#words').pressSequentially('That is', { delay: 20 });
  await client.page.locator('.typing', { hasText: 'is writing' }).waitFor();
  await take(client.page, 'chat-on-a-phone');
} finally {
  await desk.clear();
  await browser.close();
  await house.close();
}
