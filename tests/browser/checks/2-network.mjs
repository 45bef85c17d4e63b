import { same, until } from '../lib/people.mjs';

/** What everyone must have in the end: all of `wanted`, each once, one person's words in their order, all alike. */
async function converged(people, from, wanted, timeout = 60_000) {
  let last = [];
  await until(`all see the same ${wanted.flat().length} messages`, async () => {
    last = await Promise.all(people.map(async (one) => (await one.texts()).slice(from)));
    const total = wanted.flat().length;
    if (!last.every((texts) => texts.length >= total)) throw new Error(JSON.stringify(last));
    const waits = await Promise.all(people.map((one) => one.page.locator('.waits').count()));
    return waits.every((count) => count === 0);
  }, timeout);
  for (const texts of last) {
    same('every device shows the same', texts, last[0]);
    for (const own of wanted) same('once, and in order', texts.filter((one) => own.includes(one)), own);
    same('nothing else', texts.length, wanted.flat().length);
  }
}

export default async function add({ check, house }) {
  /** Both of one pair in their chat, each where a check wants them. */
  const visitor = (desk) => {
    const pair = house.nextPair();
    return async (role, origin) => {
      const one = await desk.person(origin, pair[role]);
      await one.openChat(role === 'client' ? null : pair.client.name);
      return one;
    };
  };
  const numbered = (who, count) => Array.from({ length: count }, (_, i) => `${who} ${i + 1}`);
  const banner = (one) => one.page.getByText('Not connected.');

  await check('three browsers, one person on two devices: all write at once, all see the same', async (desk) => {
    const person = visitor(desk);
    const people = [await person('therapist', house.origin), await person('client', house.origin), await person('client', house.origin)];
    const from = (await people[0].texts()).length;
    const wanted = [numbered('T', 12), numbered('C', 12), numbered('D', 12)];
    await Promise.all(people.map(async (one, i) => {
      for (const text of wanted[i]) await one.say(text);
    }));
    await converged(people, from, wanted);
  });

  for (const [how, sentence] of [
    ['cut', 'every connection breaks'],
    ['swallow', 'the network falls silent without a word'],
    ['offline', 'the devices lose their network']
  ]) {
    await check(`both go on writing while ${sentence}; afterwards every message is there once and in order`, async (desk) => {
      const person = visitor(desk);
      const roads = [await desk.road(house.port), await desk.road(house.port)];
      const people = [await person('therapist', roads[0].origin), await person('client', roads[1].origin)];
      const from = (await people[0].texts()).length;
      const wanted = [numbered(`T ${how}`, 8), numbered(`C ${how}`, 8)];
      const write = (some) => Promise.all(people.map(async (one, i) => {
        for (const text of some(wanted[i])) await one.say(text);
      }));
      await write((texts) => texts.slice(0, 3));
      if (how === 'offline') await Promise.all(people.map((one) => one.context.setOffline(true)));
      else for (const road of roads) road[how]();
      await write((texts) => texts.slice(3, 6));
      await until('the page says so', async () => (await banner(people[0]).count()) === 1 && (await banner(people[1]).count()) === 1, 45_000);
      // The sentence lies over the page, and must leave its beginning free.
      await people[1].page.evaluate(() => scrollTo(0, 0));
      await people[1].page.locator('header a.help').click({ trial: true });
      same('kept on this device', await people[0].state(`T ${how} 6`).innerText(), 'Kept on this device');
      await people[0].page.waitForTimeout(1500);
      if (how === 'offline') await Promise.all(people.map((one) => one.context.setOffline(false)));
      for (const road of roads) road.mend();
      await write((texts) => texts.slice(6));
      await converged(people, from, wanted, 90_000);
      await until('connected again', async () => (await banner(people[0]).count()) + (await banner(people[1]).count()) === 0, 60_000);
    });
  }

  await check('a page that is closed while offline sends what it kept when it is opened again', async (desk) => {
    const person = visitor(desk);
    const road = await desk.road(house.port);
    const therapist = await person('therapist', house.origin);
    const client = await person('client', road.origin);
    const from = (await therapist.texts()).length;
    road.cut();
    const wanted = numbered('kept', 3);
    for (const text of wanted) await client.say(text);
    await until('kept', async () => (await client.page.locator('.waits', { hasText: 'Kept on this device' }).count()) === 3);
    await client.page.close();
    road.mend();
    const page = await client.context.newPage();
    await page.goto(`${road.origin}/`);
    await converged([therapist], from, [wanted]);
  });

  await check('the server dies in the middle of a conversation and comes back: nothing acknowledged is lost, nothing doubled', async (desk) => {
    const person = visitor(desk);
    const people = [await person('therapist', house.origin), await person('client', house.origin)];
    const from = (await people[0].texts()).length;
    const wanted = [numbered('T dying', 20), numbered('C dying', 20)];
    const writing = Promise.all(people.map(async (one, i) => {
      for (const text of wanted[i]) {
        await one.say(text);
        await one.page.waitForTimeout(60);
      }
    }));
    await until('some are there', async () => (await people[0].texts()).includes('C dying 4'));
    await house.kill('SIGKILL');
    await people[0].page.waitForTimeout(2000);
    const acknowledged = [];
    for (const one of people)
      acknowledged.push(...(await one.page.locator('.bubble.mine:not(.waits) .text').allInnerTexts()).filter((text) => text.includes('dying')));
    await house.start();
    await writing;
    await converged(people, from, wanted, 90_000);
    const after = await people[0].texts();
    same('acknowledged and lost', acknowledged.filter((text) => !after.includes(text)), []);
    if (acknowledged.length === 0) throw new Error('nothing had been acknowledged');
    await until('both are connected again by themselves', async () => (await banner(people[0]).count()) + (await banner(people[1]).count()) === 0, 60_000);
    for (const one of people) await one.page.reload();
    for (const one of people) await one.sees('dying 20');
    same('the same after reading it anew', (await people[0].texts()).slice(-10), after.slice(-10));
  });

  await check('a busy server (503) and one that says "slow down" (429) cost no message', async (desk) => {
    const person = visitor(desk);
    const client = await person('client', house.origin);
    let count = 0;
    await client.page.route('**/messages', async (route) => {
      count += 1;
      if (count > 2) return route.continue();
      await route.fulfill({
        status: count === 1 ? 503 : 429, headers: { 'Retry-After': '1' }, contentType: 'application/problem+json',
        body: JSON.stringify({ title: 'x', code: 'x' })
      });
    });
    await client.say('through all of it');
    await until('sent', async () => ['On the server', 'Delivered'].includes(await client.state('through all of it').innerText()));
    same('tries', count, 3);
  });
}
