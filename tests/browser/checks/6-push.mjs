import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { same, until } from '../lib/people.mjs';

/**
 * What a browser's maker does is out of reach of a test, so its answer is set here; that a notice arrives at such a service
 * and can be opened is tested by tests/mail/run. Everything else is the browser's own, the showing of a notice as well.
 */
const subscribes = (endpoint) => {
  const keys = { p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4', auth: 'BTBZMqHH6r4Tts7J_aSIgg' };
  let held = null;
  PushManager.prototype.getSubscription = async () => held;
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly || applicationServerKey.length !== 65) throw new TypeError('not what a browser takes');
    return (held = { toJSON: () => ({ endpoint, keys }), unsubscribe: async () => ((held = null), true) });
  };
};

export default async function add({ check, house, shots }) {
  const refusing = 'https://localhost:9/browser';
  await house.kill('SIGTERM');
  await house.start(['--practice-address', 'https://rooms.example.org', '--push-services', 'localhost:9']);
  const { client } = house.nextPair();

  await check('a person has a browser tell them, sees why a test did not arrive, and logging out ends it', async (desk) => {
    const { page, context } = await desk.person(house.origin, client, { viewport: { width: 320, height: 700 }, permissions: ['notifications'] });
    await page.addInitScript(subscribes, refusing);
    await page.reload();
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    await page.locator('footer summary').click();
    await page.getByRole('button', { name: 'Tell me here' }).click();
    await page.getByRole('status').filter({ hasText: 'This browser tells you from now on.' }).waitFor();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByRole('alert').filter({ hasText: 'could not be reached safely' }).waitFor();
    same('too wide by', await excess(page), 0);
    same('barriers', await barriers(page), []);
    if (shots) await page.screenshot({ path: join(shots, 'push-phone.png'), fullPage: true });
    const listed = () => page.evaluate(() => fetch('/api/me/push').then((answer) => answer.json()).then((push) => push.devices.length));
    same('browsers', await listed(), 1);
    await page.getByRole('button', { name: 'Stop telling me here' }).click();
    await page.getByRole('status').filter({ hasText: 'does not tell you any more' }).waitFor();
    same('browsers', await listed(), 0);
    await page.getByRole('button', { name: 'Tell me here' }).click();
    await page.getByRole('status').filter({ hasText: 'This browser tells you from now on.' }).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    same('known to itself', await page.evaluate(() => localStorage.getItem('rapport-push')), null);
    const again = await desk.person(house.origin, client);
    same('browsers after the log-out', await again.page.evaluate(() => fetch('/api/me/push').then((a) => a.json()).then((push) => push.devices.length)), 0);
    await context.close();
  });

  await check('what a browser shows says that something waits and nothing else, and leads into Rapport', async (desk) => {
    const { page, context } = await desk.person(house.origin, client, { permissions: ['notifications'] });
    const registered = await page.evaluate(() => navigator.serviceWorker.ready.then((one) => one.scope));
    const devtools = await context.newCDPSession(page);
    const versions = [];
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => versions.push(...registrations));
    await devtools.send('ServiceWorker.enable');
    await until('the worker is known', () => versions.some((one) => one.scopeURL === registered));
    const { registrationId } = versions.find((one) => one.scopeURL === registered);
    const shown = () => page.evaluate(() => navigator.serviceWorker.ready.then((one) => one.getNotifications())
      .then((all) => all.map(({ title, body, lang, tag }) => ({ title, body, lang, tag }))));
    const push = (data) => devtools.send('ServiceWorker.deliverPushMessage', { origin: house.origin, registrationId, data });
    await push(JSON.stringify({ kind: 'needs_you', language: 'de', synthetic: false }));
    await until('it is shown', async () => (await shown()).length === 1);
    same('shown', await shown(), [{ title: 'Rapport', body: 'In Rapport wartet etwas auf Sie.', lang: 'de', tag: 'rapport' }]);
    await push('not what the server sends: <b>Amara</b>');
    await until('the next takes its place', async () => (await shown())[0]?.lang === 'en');
    same('shown', await shown(), [{ title: 'Rapport', body: 'Something in Rapport is waiting for you.', lang: 'en', tag: 'rapport' }]);
  });
}
