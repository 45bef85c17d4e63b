import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { Caller, newId, same } from '../lib/people.mjs';

const phone = { viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' };
const desk = { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' };

export default async function add({ check, house, shots }) {
  const pair = house.nextPair();
  const other = house.nextPair();
  const reads = async (who) => {
    const near = new Caller(house.origin, who);
    await near.logIn();
    const [{ id, chat_room }] = (await near.ask('GET', '/api/episodes')).episodes.filter((one) => one.client.name === pair.client.name);
    await near.ask('GET', `/api/rooms/${chat_room}/events?after=0`);
    await near.ask('POST', `/api/rooms/${chat_room}/messages`, { id: newId(), text: 'I have thought of what you said.' });
    await near.ask('GET', `/api/episodes/${id}/forms`);
  };
  const opens = async (place, look = desk, more = {}) => {
    const someone = await place.person(house.origin, pair.client, { ...look, ...more });
    await someone.page.getByRole('link', { name: 'Your record' }).click();
    await someone.page.getByRole('link', { name: 'See who has looked at it' }).click();
    await someone.page.getByRole('heading', { level: 1, name: 'Who has looked at your record' }).waitFor();
    return someone;
  };

  await check('a client sees by day who looked at what of theirs, and nobody else\'s', async (place) => {
    await reads(pair.therapist);
    const { page } = await opens(place);
    const today = page.locator('section', { has: page.getByRole('heading', { name: 'Today' }) });
    await today.getByRole('heading', { name: pair.therapist.name }).waitFor();
    await today.getByText('read messages').waitFor();
    await today.getByText(/^wrote a message/).waitFor();
    const words = await page.locator('main').innerText();
    for (const hidden of [other.client.name, 'room.read', 'notes', 'I have thought']) {
      if (words.includes(hidden)) throw new Error(`"${hidden}" is on the page`);
    }
    await page.getByText('That is all.').waitFor();
  });

  for (const [name, look] of [['phone', phone], ['desk', desk]]) {
    for (const colorScheme of ['light', 'dark']) {
      await check(`who has looked, ${name}, ${colorScheme}: nothing overflows and axe finds nothing`, async (place) => {
        const { page } = await opens(place, look, { colorScheme });
        await page.getByText('That is all.').waitFor();
        same('wider than the screen', await excess(page), 0);
        same('barriers', await barriers(page), []);
        if (shots) await page.screenshot({ path: join(shots, `access-${name}-${colorScheme}.png`), fullPage: true });
      });
    }
  }

  await check('who has looked: when the server does not answer it says so, and tries again', async (place) => {
    const { page, context } = await place.person(house.origin, pair.client, desk);
    await context.route('**/api/me/access*', (route) => route.abort());
    await page.goto(`${house.origin}/record/access`);
    await page.getByRole('alert').waitFor();
    await context.unroute('**/api/me/access*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Today' }).waitFor();
  });

  await check('a therapist has no such page', async (place) => {
    const { page } = await place.person(house.origin, pair.therapist, desk);
    await page.goto(`${house.origin}/record/access`);
    await page.locator('h1').waitFor();
    if ((await page.locator('main').innerText()).includes('Who has looked')) throw new Error('the page is there');
  });
}
