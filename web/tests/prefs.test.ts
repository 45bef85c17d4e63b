import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const stored = new Map<string, string>();

async function fresh(languages: string[]) {
  vi.resetModules();
  vi.stubGlobal('navigator', { languages });
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => void stored.set(name, value)
  });
  vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} } });
  return import('../src/shared/prefs.svelte');
}

beforeEach(() => stored.clear());
afterEach(() => void vi.unstubAllGlobals());

test('the first language of the browser that we speak decides, until someone chooses', async () => {
  const { prefs } = await fresh(['fr-FR', 'de-AT', 'en-GB']);
  expect(prefs.locale).toBe('de');
  prefs.setLocale('en');
  expect(document.documentElement.lang).toBe('en');
  expect((await fresh(['de-DE'])).prefs.locale).toBe('en');
});

test('an appearance is kept, an unknown one is not believed, and a browser that stores nothing still shows it', async () => {
  const first = await fresh(['en-GB']);
  expect(first.prefs.theme).toBe('auto');
  first.prefs.setTheme('dark');
  expect((await fresh(['en-GB'])).prefs.theme).toBe('dark');
  stored.set('theme', 'pink');
  expect((await fresh(['en-GB'])).prefs.theme).toBe('auto');
  const { prefs } = await fresh(['en-GB']);
  vi.stubGlobal('localStorage', { setItem: () => { throw new Error('off'); } });
  prefs.setTheme('light');
  expect(document.documentElement.dataset.theme).toBe('light');
});

test('whoever does not want to be asked for an address is not asked again on this device, and others are', async () => {
  const { prefs } = await fresh(['en-GB']);
  expect(prefs.hasAsked('amara')).toBe(false);
  prefs.asked('amara');
  expect(prefs.hasAsked('amara')).toBe(true);
  const again = (await fresh(['en-GB'])).prefs;
  expect([again.hasAsked('amara'), again.hasAsked('cem'), again.hasAsked('')]).toEqual([true, false, false]);
});

test('the time is the server’s, whatever the clock of this device says', async () => {
  vi.useFakeTimers({ now: new Date('2026-05-14T10:00:00.300Z') });
  try {
    const { prefs, when } = await fresh(['en-GB']);
    const device = Date.now();
    prefs.hearTime('Thu, 14 May 2026 10:00:00 GMT', device - 400);
    prefs.hearTime(null, device);
    prefs.hearTime('soon', device);
    expect(prefs.now).toBe(device);
    // The device is a day ahead, and the answer took two seconds.
    prefs.hearTime('Wed, 13 May 2026 10:00:00 GMT', device - 2000);
    expect(Math.abs(prefs.now - Date.parse('2026-05-13T10:00:00Z'))).toBeLessThan(2000);
    expect(when('2026-05-13T10:00:00Z')).toMatch(/^today/);
    const before = prefs.now;
    prefs.hearTime('Wed, 13 May 2026 10:00:01 GMT', device);
    expect(prefs.now).toBe(before);
  } finally {
    vi.useRealTimers();
  }
});

test('times are said as people say them, by the days of the calendar', async () => {
  const { when, day, prefs } = await fresh(['en-GB']);
  const now = new Date('2026-05-13T23:30:00').getTime();
  const said = (at: string) => when(new Date(at).toISOString(), now);
  expect(said('2026-05-13T00:10:00')).toBe('today, 00:10');
  expect(said('2026-05-12T23:50:00')).toBe('yesterday, 23:50');
  expect(said('2026-05-14T00:10:00')).toBe('tomorrow, 00:10');
  expect(said('2026-05-19T08:00:00')).toBe('Tue, 08:00');
  expect(said('2026-05-20T08:00:00')).toBe('20\u00a0May, 08:00');
  expect(said('2026-05-11T08:00:00')).toBe('11\u00a0May, 08:00');
  expect(said('2026-05-06T08:00:00')).toBe('6\u00a0May, 08:00');
  expect(said('2025-12-31T08:00:00')).toBe('31\u00a0Dec\u00a02025, 08:00');
  expect(day(new Date('2026-05-13T08:00:00').toISOString(), now)).toBe('Today');
  expect(day(new Date('2026-05-06T08:00:00').toISOString(), now)).toBe('Wednesday 6 May');
  prefs.setLocale('de');
  expect(said('2026-05-12T23:50:00')).toBe('gestern, 23:50');
  expect(said('2026-05-19T08:00:00')).toBe('Di., 08:00');
  expect(day(new Date('2026-05-12T08:00:00').toISOString(), now)).toBe('Gestern');
});

test('within a sentence a time has the words that it needs there', async () => {
  const { byWhen, onWhen, prefs } = await fresh(['en-GB', 'de-DE']);
  const now = new Date('2026-05-13T12:00:00').getTime();
  const both = (at: string) => [byWhen, onWhen].map((say) => say(new Date(at).toISOString(), now));
  expect(both('2026-05-13T14:05:00')).toEqual(['14:05', 'today at 14:05']);
  expect(both('2026-05-11T08:00:00')).toEqual(['11\u00a0May at 08:00', 'on 11\u00a0May at 08:00']);
  prefs.setLocale('de');
  expect(both('2026-05-13T14:05:00')).toEqual(['14:05 Uhr', 'heute um 14:05 Uhr']);
  expect(both('2026-05-12T14:05:00')).toEqual(['gestern um 14:05 Uhr', 'gestern um 14:05 Uhr']);
  expect(both('2026-05-11T08:00:00')).toEqual(['11.\u00a0Mai um 08:00 Uhr', 'am 11.\u00a0Mai um 08:00 Uhr']);
});
