import { api, Problem } from '../../shared/api';
import { prefs, type Locale } from '../../shared/prefs.svelte';
import { uuid7 } from '../../shared/uuid7';

/** Under what id the server knows this browser: an id and nothing else. */
const name = 'rapport-push';

export const canTell = (): boolean => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

export function here(): string {
  try {
    return localStorage.getItem(name) ?? '';
  } catch {
    return '';
  }
}

function keep(id: string): void {
  try {
    if (id) localStorage.setItem(name, id);
    else localStorage.removeItem(name);
  } catch {
    // A browser that keeps nothing does not know itself again; the list of browsers shows it all the same.
  }
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

async function save(id: string, subscription: PushSubscription, language: Locale): Promise<void> {
  const { endpoint, keys } = subscription.toJSON();
  await api.savePushDevice(id, { endpoint: endpoint ?? '', p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '', language });
}

/** From now on what this browser shows is in another language. */
export async function tellIn(language: Locale): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  const subscription = await registration?.pushManager.getSubscription();
  if (subscription) await save(here(), subscription, language);
}

/** Runs what ends all other log-ins, with which the server forgets all browsers: this one is told on, if it was. */
export async function keepTold<T>(endOthers: () => Promise<T>): Promise<T> {
  const own = here();
  const told = own !== '' && (await api.push().catch(() => null))?.devices.some(({ id }) => id === own);
  const done = await endOthers();
  if (told) await tellIn(prefs.locale).catch(() => {});
  return done;
}

/** False when the person, or the browser's settings, do not allow it. */
export async function tellHere(key: string, language: Locale): Promise<boolean> {
  if ((await Notification.requestPermission()) !== 'granted') return false;
  const registration = await navigator.serviceWorker.getRegistration();
  if (!registration) throw new Error('There is no worker.');
  // One that was made for another key is of no use.
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
  const id = uuid7();
  await save(id, subscription, language);
  keep(id);
  return true;
}

/** The server forgets the browser first: what it still sends to one that has forgotten itself goes nowhere. */
export async function tellNoMore(id: string): Promise<void> {
  await api.removePushDevice(id).catch((error) => {
    if (!(error instanceof Problem) || error.status !== 404) throw error;
  });
  if (id !== here()) return;
  keep('');
  const registration = await navigator.serviceWorker.getRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}
