import { barriers, excess } from '../lib/accessible.mjs';
import { same, until } from '../lib/people.mjs';

/** What another device wrote, where the person has to choose. */
const there = (place) => place.getByRole('group', { name: /^On another device/ });

export default async function add({ check, house, shots }) {
  const { client, therapist: counsellor } = house.nextPair();

  await check('two people chat: words, typing, presence and receipts', async (desk) => {
    const therapist = await desk.person(house.origin, counsellor);
    await therapist.openChat(client.name);
    await therapist.page.getByText(`${client.name} is not here right now`).waitFor();

    const other = await desk.person(house.origin, client);
    await therapist.page.getByText(`${client.name} is here now`).waitFor();
    // Nobody looks at the room yet: the words reach the device, and are not read.
    await therapist.say('Good to see you.');
    await until('delivered', async () => (await therapist.state('Good to see you.').innerText()) === 'Delivered');
    await other.page.getByText(/Unread: \d+/).waitFor();
    await other.openChat();
    await until('read', async () => (await therapist.state('Good to see you.').innerText()) === 'Read');

    await other.page.locator('#words').pressSequentially('And you', { delay: 20 });
    await therapist.page.getByText(`${client.name} is writing …`).waitFor();
    await other.page.locator('#words').press('Enter');
    await therapist.sees('And you');
    same('the field after sending', await other.page.locator('#words').inputValue(), '');
    same('typing ends', await therapist.page.locator('.typing').innerText(), '');
    await until('read by the therapist', async () => (await other.state('And you').innerText()) === 'Read');
    await other.context.close();
    await therapist.page.getByText(`${client.name} is not here right now`).waitFor();
    await therapist.say('Until soon.');
    await until('on the server', async () => (await therapist.state('Until soon.').innerText()) === 'On the server');
  });

  await check('Shift+Enter begins a line, lines and blanks arrive as written, an empty message is not sent', async (desk) => {
    const therapist = await desk.person(house.origin, counsellor);
    await therapist.openChat(client.name);
    const before = (await therapist.texts()).length;
    const words = therapist.page.locator('#words');
    await words.press('Enter');
    await therapist.page.getByText('Please write something first.').waitFor();
    await words.fill('first');
    await words.press('Shift+Enter');
    await words.pressSequentially('  second <b>& third</b>');
    await words.press('Enter');
    await therapist.sees('third');
    same('messages', (await therapist.texts()).slice(before), ['first\n  second <b>& third</b>']);
    await words.fill('a line\n'.repeat(9));
    const last = therapist.page.locator('ol .bubble').last();
    const form = therapist.page.locator('form.chat');
    await until('the newest message above the grown field', async () => {
      const [message, field] = [await last.boundingBox(), await form.boundingBox()];
      return message.y + message.height <= field.y && field.y + field.height <= therapist.page.viewportSize().height;
    });
    await words.fill('');
  });

  await check('a thread: draft on one device, finished on another, sent with Ctrl+Enter, answered', async (desk) => {
    const first = await desk.person(house.origin, client);
    await first.page.locator('a[href$="/messages"]').first().click();
    await first.page.getByRole('link', { name: 'Write a new message' }).click();
    await first.page.locator('#subject').fill('Rowing');
    await first.page.locator('#words').fill('I went rowing');
    await first.page.getByText('Draft saved').waitFor();
    await first.context.close();

    const second = await desk.person(house.origin, client);
    await second.page.locator('a[href$="/messages"]').first().click();
    await second.page.getByRole('link', { name: 'Write a new message' }).click();
    await until('the draft', async () => (await second.page.locator('#words').inputValue()) === 'I went rowing');
    same('the subject', await second.page.locator('#subject').inputValue(), 'Rowing');
    await second.page.locator('#words').fill('I went rowing, and it was cold.');
    await second.page.locator('#words').press('Control+Enter');
    await second.page.getByRole('heading', { name: 'Rowing' }).waitFor();
    await second.sees('I went rowing, and it was cold.');
    await until('sent', async () => (await second.state('rowing').innerText()) === 'On the server');

    const therapist = await desk.person(house.origin, counsellor);
    await therapist.page.locator('li.client', { hasText: client.name }).locator('a[href$="/messages"]').click();
    await therapist.page.locator('li', { hasText: 'Rowing' }).getByText('Unread: 1').waitFor();
    await therapist.page.getByRole('link', { name: 'Rowing' }).click();
    await therapist.sees('it was cold');
    await therapist.page.locator('#words').fill('Tell me');
    await therapist.page.locator('#words').press('Enter');
    await therapist.page.locator('#words').pressSequentially('more.');
    await therapist.page.locator('#words').press('Control+Enter');
    await second.sees('Tell me\nmore.');
    await until('read', async () => (await therapist.state('Tell me').innerText()) === 'Read');
    // What was sent leaves no draft behind.
    await second.page.goto(second.page.url().replace(/messages\/.*/, 'messages/new'));
    await second.page.waitForTimeout(1000);
    same('no draft is left', await second.page.locator('#words').inputValue(), '');
  });

  await check('an unfinished chat message waits on the next device', async (desk) => {
    const first = await desk.person(house.origin, client);
    await first.openChat();
    await first.page.locator('#words').fill('half a thou');
    await first.page.getByText('Draft saved').waitFor();
    await first.context.close();
    const second = await desk.person(house.origin, client);
    await second.openChat();
    await until('the draft', async () => (await second.page.locator('#words').inputValue()) === 'half a thou');
    await second.page.locator('#words').fill('');
    await second.page.waitForTimeout(1500);
    await second.page.reload();
    await second.page.waitForTimeout(1000);
    same('emptied', await second.page.locator('#words').inputValue(), '');
  });

  await check('a reply time is proposed, seen at once by the client, agreed, and then counts', async (desk) => {
    const therapist = await desk.person(house.origin, counsellor);
    const other = await desk.person(house.origin, client);
    const card = therapist.page.locator('li.client', { hasText: client.name });
    await card.locator('summary').click();
    await card.locator('input').fill('0');
    await card.getByRole('button', { name: 'Propose' }).click();
    await card.getByText('Please choose between 1 and 336 hours.').waitFor();
    await card.locator('input').fill('36');
    await card.getByRole('button', { name: 'Propose' }).click();
    await card.getByText('Proposed: 36 hours.').waitFor();
    await other.page.getByText(`${counsellor.name} proposes to reply within 36 hours.`).waitFor();
    await other.page.getByRole('button', { name: 'I agree' }).click();
    await other.page.locator('section').getByText('You agreed on a reply within 36 hours.').waitFor();
    await card.getByText('Reply time: 36 hours').waitFor();
    await other.openChat();
    await other.say('When will you have a moment?');
    await until('sent', async () => (await other.state('a moment?').innerText()) !== 'Being sent …');
    await card.getByText(/^Reply by /).waitFor();
  });

  await check('what one device has sent does not wait on the other to be sent again', async (desk) => {
    const first = await desk.person(house.origin, client);
    await first.openChat();
    await first.page.locator('#words').fill('once is enough');
    await first.page.getByText('Draft saved').waitFor();
    const second = await desk.person(house.origin, client);
    await second.openChat();
    await until('the draft', async () => (await second.page.locator('#words').inputValue()) === 'once is enough');
    await first.page.locator('#words').press('Enter');
    await second.sees('once is enough');
    await until('emptied', async () => (await second.page.locator('#words').inputValue()) === '');
  });

  await check('two devices that wrote different words: both are shown, and the person chooses; nothing is overwritten before', async (desk) => {
    const phone = { viewport: { width: 320, height: 640 } };
    const [first, second] = [await desk.person(house.origin, client), await desk.person(house.origin, client, phone)];
    for (const one of [first, second]) await one.openChat();
    const draft = (one) => one.page.locator('#words').inputValue();
    const kept = (one) => one.page.evaluate(async () => {
      const { episodes: [{ chat_room }] } = await (await fetch('/api/episodes')).json();
      return (await (await fetch(`/api/rooms/${chat_room}/draft`)).json()).text;
    });
    await first.page.locator('#words').fill('written on the phone');
    await first.page.getByText('Draft saved').waitFor();
    await second.page.locator('#words').fill('written at the desk');
    const choice = second.page.getByRole('region', { name: 'You have written something else on another device' });
    await until('what was written there', async () => (await there(choice).innerText()) === 'written on the phone');
    same('barriers', await barriers(second.page), []);
    same('too wide', await excess(second.page), 0);
    same('what was written here', await draft(second), 'written at the desk');
    if (shots) await second.page.screenshot({ path: `${shots}/draft-choice.png` });
    same('nothing is overwritten', await kept(second), 'written on the phone');
    // However long it is, all of both can be reached.
    await first.page.locator('#words').fill('written on the phone\n'.repeat(30));
    await first.page.getByText('Draft saved').waitFor();
    await second.page.reload();
    await until('the long one', async () => (await there(choice).innerText()).length > 600);
    const inView = (one) => one.evaluate((shown) => { const { top, bottom } = shown.getBoundingClientRect(); return top >= 0 && bottom <= innerHeight; });
    await until('the field in view', () => inView(second.page.locator('#words')));
    await until('its beginning in view', async () => {
      await choice.locator('h2').scrollIntoViewIfNeeded();
      return inView(choice.locator('h2'));
    });
    await second.page.getByRole('button', { name: 'Keep what I wrote here' }).click();
    await until('kept', async () => (await kept(second)) === 'written at the desk');
    same('no choice is left', await choice.count(), 0);

    await first.page.locator('#words').fill('written on the phone, later');
    await first.page.getByRole('button', { name: 'Take what I wrote there' }).click();
    same('taken', await draft(first), 'written at the desk');
    same('nothing is overwritten', await kept(first), 'written at the desk');
    const exchange = first.page.getByRole('button', { name: 'Take that one after all' });
    await exchange.press('Enter');
    same('what was not chosen', await draft(first), 'written on the phone, later');
    if (shots) await first.page.screenshot({ path: `${shots}/draft-dropped.png` });
    await exchange.press('Enter');
    same('the first choice again', await draft(first), 'written at the desk');
    await first.page.locator('#words').press('Enter');
    await second.sees('written at the desk');
    await until('emptied', async () => (await draft(second)) === '');
    same('nothing is at hand after it was sent', await exchange.count(), 0);
  });

  await check('a draft that comes late or not at all is never overwritten by the first key', async (desk) => {
    const first = await desk.person(house.origin, client);
    await first.openChat();
    await first.page.locator('#words').fill('the long text of yesterday');
    await first.page.getByText('Draft saved').waitFor();
    await first.page.route('**/draft', (route) => (route.request().method() === 'GET' ? route.abort() : route.continue()));
    await first.page.reload();
    await first.page.locator('#words:not([readonly])').fill('Hi');
    await first.page.getByText('Draft not saved yet').waitFor();
    await first.page.unrouteAll();
    await until('what is kept', async () => (await there(first.page).innerText()) === 'the long text of yesterday');
    await first.page.getByRole('button', { name: 'Take what I wrote there' }).click();
    same('the draft', await first.page.locator('#words').inputValue(), 'the long text of yesterday');
    await first.page.route('**/draft', async (route) => {
      if (route.request().method() === 'GET') await new Promise((resolve) => setTimeout(resolve, 1500));
      await route.continue();
    });
    await first.page.reload();
    await first.page.locator('#words[readonly]').waitFor();
    await until('the draft', async () => (await first.page.locator('#words').inputValue()).endsWith('yesterday'));
    await first.page.locator('#words').fill('');
    await first.page.waitForTimeout(1500);
    await first.page.unrouteAll();
  });

  await check('a page that is killed before its draft is saved, and while offline, has lost no word when it is opened again', async (desk) => {
    const road = await desk.road(house.port);
    const someone = await desk.person(road.origin, client);
    await someone.openChat();
    road.cut();
    await someone.page.locator('#words').pressSequentially('hardly begu');
    await someone.page.locator('#words').press('n');
    await someone.page.waitForTimeout(100);
    await someone.page.goto('about:blank');
    road.mend();
    await someone.openChat();
    await until('the draft', async () => (await someone.page.locator('#words').inputValue()) === 'hardly begun');
    await someone.page.getByText('Draft saved').waitFor();
    await someone.page.locator('#words').fill('');
    await someone.page.waitForTimeout(1500);
  });

  await check('a letter written offline waits on this device, with its place in the list, and goes out once', async (desk) => {
    const road = await desk.road(house.port);
    const someone = await desk.person(road.origin, client, { viewport: { width: 360, height: 740 } });
    await someone.page.locator('a[href$="/messages"]').first().click();
    await someone.page.getByRole('link', { name: 'Write a new message' }).click();
    await someone.page.locator('#words:not([readonly])').waitFor();
    road.cut();
    await someone.page.locator('#subject').fill('From the train');
    await someone.page.locator('#words').fill('No network here.');
    await someone.page.getByRole('button', { name: 'Send' }).click();
    await until('kept', async () => (await someone.state('No network here.').innerText()) === 'Kept on this device');
    await someone.page.getByRole('heading', { name: 'From the train' }).waitFor();
    await someone.page.getByText('Not connected.').waitFor();
    await someone.page.waitForTimeout(1000);
    same('no error speaks against it', await someone.page.locator('.error').count(), 0);
    if (shots) await someone.page.screenshot({ path: `${shots}/letter-waits.png`, fullPage: true });
    await someone.page.locator('nav a[href$="/messages"]').click();
    await someone.page.getByRole('link', { name: 'From the train' }).waitFor();
    await someone.page.getByText('Kept on this device', { exact: true }).waitFor();
    if (shots) await someone.page.screenshot({ path: `${shots}/letters-wait.png`, fullPage: true });
    await someone.page.getByRole('link', { name: 'From the train' }).click();
    road.mend();
    await until('sent', async () => (await someone.state('No network here.').innerText()) === 'On the server', 60_000);
    const therapist = await desk.person(house.origin, counsellor);
    await therapist.page.locator('li.client', { hasText: client.name }).locator('a[href$="/messages"]').click();
    await therapist.page.getByRole('link', { name: 'From the train' }).click();
    await therapist.sees('No network here.');
    same('once', await therapist.texts(), ['No network here.']);
    await someone.page.goto(someone.page.url().replace(/messages\/.*/, 'messages/new'));
    await someone.page.locator('#words:not([readonly])').waitFor();
    same('no draft is left', await someone.page.locator('#words').inputValue(), '');
  });

  await check('a letter that two devices send, and one whose answer is lost, is one letter; other words are not lost in it', async (desk) => {
    const [first, second] = [await desk.person(house.origin, client), await desk.person(house.origin, client)];
    const compose = async (one) => {
      await one.page.locator('a[href$="/messages"]').first().click();
      await one.page.getByRole('link', { name: 'Write a new message' }).click();
      await one.page.locator('#words:not([readonly])').waitFor();
    };
    await compose(first);
    await first.page.locator('#subject').fill('One letter');
    await first.page.locator('#words').fill('Said once.');
    await first.page.getByText('Draft saved').waitFor();
    await compose(second);
    same('the draft', await second.page.locator('#words').inputValue(), 'Said once.');
    // The answers to the first try of each step are lost.
    const lost = new Set();
    await first.page.route(/\/(threads|messages)$/, async (route) => {
      if (route.request().method() !== 'POST' || lost.has(route.request().url())) return route.continue();
      lost.add(route.request().url());
      await route.fetch();
      await route.abort();
    });
    await first.page.getByRole('button', { name: 'Send' }).click();
    await until('sent', async () => (await first.state('Said once.').innerText()) === 'On the server');
    same('lost answers', lost.size, 2);
    await second.page.locator('#words').fill('Said in other words.');
    await second.page.getByRole('button', { name: 'Send' }).click();
    await second.page.getByText('You have already sent this message from another device').waitFor();
    await second.sees('Said once.');
    if (shots) await second.page.screenshot({ path: `${shots}/letter-otherwise.png`, fullPage: true });
    await second.page.getByRole('button', { name: 'Send this as well' }).click();
    await until('both', async () => (await second.page.locator('.waits').count()) === 0);
    same('both', await second.texts(), ['Said once.', 'Said in other words.']);
    await second.page.locator('nav a[href$="/messages"]').click();
    await second.page.getByRole('link', { name: 'One letter' }).first().waitFor();
    same('one thread', await second.page.getByRole('link', { name: 'One letter' }).count(), 1);
  });

  await check('the beginning of what was sent does not come back as a draft when the page has gone', async (desk) => {
    const first = await desk.person(house.origin, client);
    await first.openChat();
    await first.page.locator('#words').fill('the first half');
    await first.page.getByText('Draft saved').waitFor();
    await first.page.route('**/draft', (route) => (route.request().method() === 'PUT' ? route.abort() : route.continue()));
    await first.page.locator('#words').fill('the first half and the second');
    await first.page.locator('#words').press('Enter');
    await until('sent', async () => (await first.state('and the second').innerText()) === 'On the server');
    await first.page.close();
    const second = await desk.person(house.origin, client);
    await second.openChat();
    await second.sees('the first half and the second');
    await second.page.locator('#words:not([readonly])').waitFor();
    same('no draft is left', await second.page.locator('#words').inputValue(), '');
  });

  await check('a chat opens at its end also when what waited is answered before the history has come', async (desk) => {
    const someone = await desk.person(house.origin, client);
    await someone.openChat();
    await someone.page.locator('#words').fill(Array.from({ length: 60 }, (_, line) => `line ${line}`).join('\n'));
    await someone.page.locator('#words').press('Enter');
    await until('sent', async () => (await someone.state('line 59').innerText()) === 'On the server');
    await someone.page.route('**/messages', (route) => route.abort());
    await someone.say('the very last');
    await until('kept', async () => (await someone.state('the very last').innerText()) === 'Kept on this device');
    await someone.page.unrouteAll();
    await someone.page.route('**/events?*', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      await route.continue();
    });
    await someone.page.reload();
    await someone.sees('line 59');
    const last = someone.page.locator('.bubble').last();
    await until('the end in view', () => last.evaluate((one) => one.getBoundingClientRect().bottom <= innerHeight));
    await someone.page.unrouteAll();
  });

  await check('a page in the background shows by a dot in its title that someone wrote, and no more', async (desk) => {
    const therapist = await desk.person(house.origin, counsellor);
    const look = (state) => therapist.page.evaluate((value) => {
      Object.defineProperty(document, 'visibilityState', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
    const title = (wanted) => until(`the title "${wanted}"`, async () => (await therapist.page.title()) === wanted);
    await title('Home · Rapport');
    await look('hidden');
    const other = await desk.person(house.origin, client);
    await other.openChat();
    await other.say('Zitronenfalter in the title?');
    await title('• Home · Rapport');
    await look('visible');
    await title('Home · Rapport');
  });

  const long = house.nextPair();
  await check('a long history opens with its newest page; the older pages come on demand, in order and without jumping', async (desk) => {
    const other = await desk.person(house.origin, long.client);
    await other.openChat();
    const there = (await other.texts()).length;
    const room = await other.page.evaluate(async () => {
      const episode = (await (await fetch('/api/episodes')).json()).episodes[0];
      const { csrf } = await (await fetch('/api/session')).json();
      for (let i = 1; i <= 130; i++) {
        const time = Date.now().toString(16).padStart(12, '0');
        const rest = [...crypto.getRandomValues(new Uint8Array(10))].map((one) => one.toString(16).padStart(2, '0')).join('');
        const id = `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${rest.slice(6, 18)}`;
        const answer = await fetch(`/api/rooms/${episode.chat_room}/messages`, {
          method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf },
          body: JSON.stringify({ id, text: `line ${String(i).padStart(3, '0')}` })
        });
        if (answer.status !== 201) return answer.text();
      }
      return 'sent';
    });
    same('sent', room, 'sent');
    await other.page.reload();
    await other.sees('line 130');
    same('the newest page', (await other.texts()).length, 50);
    const inView = await other.page.locator('ol .bubble').last().evaluate((one) => one.getBoundingClientRect().bottom <= innerHeight);
    same('its end is in view', inView, true);
    const top = other.page.locator('ol .bubble', { hasText: 'line 081' });
    await other.page.getByRole('button', { name: 'Show earlier messages' }).scrollIntoViewIfNeeded();
    const before = (await top.boundingBox()).y;
    await other.page.getByRole('button', { name: 'Show earlier messages' }).click();
    await other.page.locator('ol .bubble', { hasText: 'line 031' }).waitFor({ state: 'attached' });
    const moved = Math.abs((await top.boundingBox()).y - before);
    if (moved > 2) throw new Error(`what stood in view moved by ${moved} px`);
    await until('the beginning', async () => {
      const button = other.page.getByRole('button', { name: 'Show earlier messages' });
      if (await button.count()) await button.click();
      return (await other.page.getByText('This is where it begins.').count()) === 1;
    });
    const lines = await other.texts();
    same('all of them', lines.length, there + 130);
    same('in order', lines.slice(there), Array.from({ length: 130 }, (_, i) => `line ${String(i + 1).padStart(3, '0')}`));
  });

  await check('a long chat opens at the first unread message, however many there are, and one button leads to the newest', async (desk) => {
    const therapist = await desk.person(house.origin, long.therapist, { viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' });
    await therapist.openChat(long.client.name);
    await therapist.sees('line 001');
    const inView = (text) => therapist.page.locator('ol .bubble', { hasText: text })
      .evaluate((one) => { const { top, bottom } = one.getBoundingClientRect(); return bottom > 0 && top < innerHeight; });
    await until('the first unread in view', () => inView('line 001'));
    same('the mark', await therapist.page.locator('#new-since + .bubble .text').innerText(), 'line 001');
    const down = (name) => therapist.page.locator('form').getByRole('button', { name });
    await down('130 new messages').waitFor();
    if (shots) await therapist.page.screenshot({ path: `${shots}/chat-unread.png` });
    await down('130 new messages').focus();
    await therapist.page.keyboard.press('Enter');
    await until('the newest in view', () => inView('line 130'));
    same('the focus', await therapist.page.evaluate(() => document.activeElement.id), 'words');
    same('no button is left', await down(/./).evaluateAll((all) => all.filter((one) => one.className !== 'main' && !one.classList.contains('attach')).length), 0);

    await therapist.page.evaluate(() => scrollTo(0, 300));
    await down('To the latest message').waitFor();
    const other = await desk.person(house.origin, long.client);
    await other.openChat();
    for (const text of ['one more', 'and another']) await other.say(text);
    await down('2 new messages').click();
    await until('the newest in view', () => inView('and another'));
  });

  await check('what came while nobody looked stands below a mark, until one answers', async (desk) => {
    const pair = house.nextPair();
    const therapist = await desk.person(house.origin, pair.therapist);
    const other = await desk.person(house.origin, pair.client);
    await therapist.openChat(pair.client.name);
    await other.openChat();
    await therapist.say('You see this one.');
    await other.sees('You see this one.');
    same('what one sees coming is not new', await other.page.locator('#new-since').count(), 0);
    await until('read', async () => (await therapist.state('this one').innerText()) === 'Read');
    await other.page.getByRole('link', { name: 'Home' }).click();
    await other.page.getByRole('heading', { name: 'Hello' }).waitFor();
    for (const text of ['First news.', 'Second news.']) await therapist.say(text);
    await other.page.getByRole('link', { name: /^Chat.*Unread: 2/ }).waitFor();
    await other.openChat();
    await other.sees('Second news.');
    same('below the mark', await other.page.locator('#new-since ~ .bubble .text').allInnerTexts(), ['First news.', 'Second news.']);
    await other.say('Thank you.');
    await therapist.sees('Thank you.');
    same('after answering', await other.page.locator('#new-since').count(), 0);
  });

  await check('what is too long is not sent and stays in the field', async (desk) => {
    const therapist = await desk.person(house.origin, counsellor);
    await therapist.openChat(client.name);
    await therapist.page.locator('#words').fill('ä'.repeat(20_003));
    await therapist.page.getByRole('button', { name: 'Send' }).click();
    await therapist.page.getByText('Too long by 3 characters.').waitFor();
    same('still there', (await therapist.page.locator('#words').inputValue()).length, 20_003);
    await therapist.page.locator('#words').fill('');
  });
}
