import { same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' };
const bar = (page) => page.locator('nav');
const widest = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

export default async function add({ check, house }) {
  const pair = house.nextPair();

  await check('in a long talk the way home, the name and every page stay at hand, in view as a whole, and cover no focus', async (desk) => {
    const client = await desk.person(house.origin, pair.client, { ...phone, locale: 'de-DE' });
    await client.openChat();
    await client.page.locator('#words').fill('Zeile\n'.repeat(60));
    await client.page.locator('#words').press('Enter');
    await until('sent', async () => (await client.page.locator('.waits').count()) === 0);
    await until('the end', () => client.page.evaluate(() => scrollY > 300));
    const { y, height } = await bar(client.page).boundingBox();
    if (y < 0 || y > 60) throw new Error(`the bar stands at ${y} px`);
    if (height > 48) throw new Error(`the bar is ${height} px high: more than one row`);
    same('hidden at its sides', await bar(client.page).evaluate((row) => row.scrollWidth - row.clientWidth), 0);
    // On a phone the name stands with the messages; where there is room, in the bar.
    await client.page.setViewportSize({ width: 1280, height: 640 });
    await bar(client.page).getByText(pair.therapist.name).waitFor();
    await client.page.setViewportSize(phone.viewport);
    same('too wide', await widest(client.page), 0);
    // Every way is reached with Tab, and then stands within the row without a cut word.
    await client.page.locator('nav a').first().focus();
    for (const name of ['Chat', 'Nachrichten', 'Fragebögen', 'Sitzungen', 'Dazwischen', 'Verlauf']) {
      await client.page.keyboard.press('Tab');
      const seen = await client.page.evaluate(() => {
        const [one, row] = [document.activeElement.getBoundingClientRect(), document.activeElement.closest('nav').getBoundingClientRect()];
        return { text: document.activeElement.textContent, within: one.left >= row.left - 1 && one.right <= row.right + 1 };
      });
      same('reached', seen, { text: name, within: true });
    }
    // Going back with the keyboard, what has the focus is not beneath the bar.
    await client.page.getByRole('button', { name: /.*/ }).last().focus();
    for (let i = 0; i < 12; i++) {
      await client.page.keyboard.press('Shift+Tab');
      const covered = await client.page.evaluate(() => {
        const one = document.activeElement;
        const row = document.querySelector('nav');
        if (row.contains(one) || !document.querySelector('main').contains(one)) return false;
        const { top, bottom } = one.getBoundingClientRect();
        return bottom <= row.getBoundingClientRect().bottom && top < row.getBoundingClientRect().bottom;
      });
      if (covered) throw new Error(`covered: ${await client.page.evaluate(() => document.activeElement.outerHTML)}`);
    }
    await client.page.locator('nav a').first().click();
    await client.page.getByRole('heading', { name: /^Guten Tag/ }).waitFor();
  });

  await check('on a phone a thumb that slips from Help now does not log out, the page begins soon, and the end of it logs out', async (desk) => {
    const { page } = await desk.person(house.origin, pair.client, { ...phone, locale: 'de-DE' });
    await page.locator('nav, main ul a').first().waitFor();
    same('log-out in the head', await page.locator('header').getByRole('button').count(), 0);
    await page.locator('a[href$="/course"]').first().click();
    const heading = await page.getByRole('heading', { level: 1 }).boundingBox();
    if (heading.y > 190) throw new Error(`the first word stands at ${heading.y} px`);
    // Where one is stands in view, though the row is wider than this screen.
    const within = await bar(page).locator('[aria-current]').evaluate((one) => one.getBoundingClientRect().right <= innerWidth);
    same('the way that one is on, in view', within, true);
    await page.locator('footer').getByRole('button', { name: 'Abmelden' }).click();
    await page.locator('#login').waitFor();
  });

  await check('what is new elsewhere is told in the bar, with a name for those who listen, and goes when it is read', async (desk) => {
    const client = await desk.person(house.origin, pair.client, phone);
    const therapist = await desk.person(house.origin, pair.therapist);
    await client.page.locator('a[href$="/messages"]').first().click();
    await client.page.getByRole('heading', { name: 'Messages' }).waitFor();
    await therapist.openChat(pair.client.name);
    for (const text of ['One thing.', 'Another thing.']) await therapist.say(text);
    const chat = bar(client.page).getByRole('link', { name: /^Chat\s*, 2 new$/ });
    await chat.waitFor();
    await chat.click();
    await client.sees('Another thing.');
    await client.page.locator('nav a[href$="/messages"]').click();
    await bar(client.page).getByRole('link', { name: 'Chat', exact: true }).waitFor();

    // Another client writes: told at the way to all clients.
    const own = await therapist.page.evaluate(async () => (await (await fetch('/api/episodes')).json()).episodes.map((one) => one.client.name));
    const second = own.find((name) => name !== pair.client.name);
    const before = await therapist.page.locator('nav a').first().innerText();
    const other = await desk.person(house.origin, house.accountOf(second));
    await other.openChat();
    await other.say('From someone else.');
    await until('told', async () => {
      const now = await therapist.page.locator('nav a').first().innerText();
      return now !== before && /\d/.test(now);
    });
  });

  await check('an address that leads nowhere says so in one screen, in both languages, with or without a log-in', async (desk) => {
    const context = await desk.context(house.origin, { locale: 'de-DE' });
    const page = await context.newPage();
    const lost = async (path, sentence, way) => {
      const answer = await page.goto(`${house.origin}${path}`);
      await page.getByRole('heading', { level: 1, name: sentence }).waitFor();
      same(`the only heading, ${path}`, await page.locator('h1').count(), 1);
      same(`nothing to write into, ${path}`, await page.locator('main').locator('textarea, input, button').count(), 0);
      await page.locator('main').getByRole('link', { name: way }).waitFor();
      return answer.status();
    };
    same('an unknown page', await lost('/hilfe', 'Diese Seite gibt es nicht.', 'Zurück zum Start'), 404);
    await page.locator('main a').click();
    await page.locator('#login').waitFor();
    same('an unknown file', (await page.request.get(`${house.origin}/assets/none`)).headers()['content-type'], 'text/plain; charset=utf-8');
    same('an unknown image', (await page.request.get(`${house.origin}/none.png`)).headers()['content-type'], 'text/plain; charset=utf-8');
    const someone = await desk.person(house.origin, pair.client, phone);
    const episode = new URL(await someone.page.locator('a[href$="/chat"]').first().evaluate((one) => one.href)).pathname.split('/')[2];
    for (const path of [
      '/with/xyz/chat', '/with/xyz/messages', '/with/xyz/messages/new', '/with/xyz/forms', '/with/xyz/sessions',
      `/with/${episode}/forms/${episode}`, `/with/${episode}/sessions/${episode}`, `/with/${episode}/messages/${episode}`
    ]) {
      await someone.page.goto(house.origin + path);
      await someone.page.getByRole('heading', { level: 1, name: 'This page does not exist.' }).waitFor();
      await someone.page.getByRole('link', { name: 'Back to the start' }).waitFor();
      same(`nothing to write into, ${path}`, await someone.page.locator('main').locator('textarea, input, button').count(), 0);
    }
  });

  await check('a wrong clock of the device moves no day and no promise', async (desk) => {
    const context = await desk.context(house.origin);
    await context.addInitScript(() => {
      const real = Date.now.bind(Date);
      const ahead = 26 * 3_600_000;
      Date.now = () => real() + ahead;
    });
    const page = await context.newPage();
    await page.goto(`${house.origin}/`);
    await page.locator('#login').fill(pair.client.login);
    await page.locator('#password').fill(pair.client.password);
    await page.locator('form button').click();
    await page.locator('a[href$="/chat"]').first().click();
    await page.locator('.presence').waitFor();
    await page.locator('#words').fill('By which clock?');
    await page.locator('#words').press('Enter');
    await until('sent', async () => (await page.locator('.waits').count()) === 0);
    same('its day', await page.locator('ol .day').last().innerText(), 'Today');
    same('no promise is broken', await page.getByText('No reply has come yet').count(), 0);
    // What still waits on this device has no other date than its own.
    await page.route('**/threads', (route) => route.abort());
    await page.locator('nav a[href$="/messages"]').click();
    await page.getByRole('link', { name: 'Write a new message' }).click();
    await page.locator('#subject').fill('By which day?');
    await page.locator('#words').fill('By the day of the server.');
    await page.getByRole('button', { name: 'Send' }).click();
    const waits = page.locator('.waits time');
    await waits.waitFor();
    same('its day while it waits', (await waits.innerText()).split(',')[0], 'today');
    await page.unrouteAll();
    await until('sent', async () => (await page.locator('.waits').count()) === 0);
  });

  await check('an address in a message is a link that tells the other side nothing; words stay words', async (desk) => {
    const client = await desk.person(house.origin, pair.client, phone);
    await client.openChat();
    await client.say('See https://example.org/a(b), http://example.net, not ftp://example.org or <img src=x onerror=alert(1)>');
    const bubble = client.page.locator('.bubble', { hasText: 'not ftp' });
    await bubble.waitFor();
    same('links', await bubble.locator('a').evaluateAll((all) => all.map((one) => [one.href, one.target, one.rel])), [
      ['https://example.org/a(b)', '_blank', 'noreferrer noopener'],
      ['http://example.net/', '_blank', 'noreferrer noopener']
    ]);
    same('no element of theirs', await bubble.locator('img').count(), 0);
  });

  await check('on the way a message says that it is being sent, as long as there is a connection', async (desk) => {
    const client = await desk.person(house.origin, pair.client, phone);
    await client.openChat();
    await client.page.route('**/messages', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 2500));
      await route.continue();
    });
    await client.say('slowly, slowly');
    await client.page.waitForTimeout(1200);
    same('on its way', await client.state('slowly, slowly').innerText(), 'Being sent …');
    await until('sent', async () => (await client.state('slowly, slowly').innerText()) === 'On the server');
  });

  await check('a field that shows no label says in itself what it is for; a short talk opens unscrolled', async (desk) => {
    const fresh = house.nextPair();
    const client = await desk.person(house.origin, fresh.client, phone);
    await client.openChat();
    same('the field', await client.page.locator('#words').getAttribute('placeholder'), 'Your message');
    const label = await client.page.locator('label[for=words]').evaluate((one) => one.getBoundingClientRect().width);
    same('its label is for those who listen', label <= 1, true);
    // All messages of this talk fit on a tall screen.
    const tall = await desk.person(house.origin, fresh.therapist, { viewport: { width: 1280, height: 12000 } });
    await tall.openChat(fresh.client.name);
    const height = await tall.page.evaluate(() => document.querySelector('.end').getBoundingClientRect().top);
    await tall.page.setViewportSize({ width: 1280, height: Math.ceil(height) - 16 });
    await tall.page.reload();
    await tall.page.locator('.bubble').first().waitFor();
    await tall.page.waitForTimeout(500);
    same('scrolled', await tall.page.evaluate(() => scrollY), 0);
  });

  await check('presence and typing are seen at once and do not interrupt those who listen', async (desk) => {
    const therapist = await desk.person(house.origin, pair.therapist);
    await therapist.openChat(pair.client.name);
    await therapist.page.evaluate(() => {
      globalThis.heard = [];
      for (const one of document.querySelectorAll('[role=status], [role=alert], [aria-live]'))
        new MutationObserver(() => globalThis.heard.push(one.textContent.trim())).observe(one, { childList: true, characterData: true, subtree: true });
    });
    const client = await desk.person(house.origin, pair.client);
    await therapist.page.locator('.presence.here').waitFor();
    await client.openChat();
    await client.page.locator('#words').pressSequentially('Hello', { delay: 20 });
    await therapist.page.getByText(`${pair.client.name} is writing …`).waitFor();
    const heard = () => therapist.page.evaluate(() => globalThis.heard.filter((one) => one !== '' && one !== 'Connected'));
    same('heard so far', await heard(), []);
    await client.page.locator('#words').press('Enter');
    await until('the message with its name', async () => (await heard()).includes(`${pair.client.name}: Hello`));
    await until('that they are here, once it lasts', async () => (await heard()).includes(`${pair.client.name} is here now`), 15_000);
  });
}
