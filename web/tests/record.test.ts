import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { inLocalTime } from '../src/features/record/times';
import { prefs } from '../src/shared/prefs.svelte';

vi.hoisted(() => vi.stubGlobal('navigator', { languages: ['en-GB'] }));
beforeAll(() => void vi.stubEnv('TZ', 'Europe/Berlin'));
afterAll(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

const page = (winter: string, summer: string, about: string) =>
  `<p id="zone">${about}</p><p>With Ilse, since <time datetime="2026-11-29T01:27:00.000Z">${winter}</time></p>` +
  `<h4>Session 3, <time datetime="2026-07-31T22:30:00.000Z">${summer}</time></h4>` +
  '<p class="w" dir="auto">&lt;time datetime=&quot;2026-07-31T22:30:00.000Z&quot;&gt;mine&lt;/time&gt;</p>';
const told = page('29 November 2026, 01:27', '31 July 2026, 22:30', 'All times are UTC.');

test('a record says its times as the screens do, in winter and in summer; what people wrote stays as it is', () => {
  prefs.locale = 'de';
  expect(inLocalTime(told)).toBe(page('29. November 2026, 02:27', '1. August 2026, 00:30',
    'Alle Zeiten sind die des Geräts, mit dem diese Datei heruntergeladen wurde (Europe/Berlin).'));
  prefs.locale = 'en';
  expect(inLocalTime(told)).toContain('(Europe/Berlin).</p>');
  expect(inLocalTime(told)).not.toContain('UTC');
});
