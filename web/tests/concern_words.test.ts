import { expect, test, vi } from 'vitest';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('localStorage', { getItem: () => null });
const { formOf, mailLines } = await import('../src/features/safety/words');
const { prefs } = await import('../src/shared/prefs.svelte');

test('a practice without a mail server is told so once, and that is no alarm; a mail that got lost is', () => {
  const unserved = (to: string) => ({ to, state: 'failed' as const, failure: 'no_server' as const, tries: 0, at: null });
  const lost = { ...unserved('Cem'), failure: 'refused' as const };
  const lines = mailLines([unserved('Ada'), lost, unserved('Ben'), unserved('Ada')]);
  expect(lines).toEqual([
    { text: 'Told in Rapport: Ada and Ben. No mail: the practice has not set up a mail server.', bad: false },
    { text: expect.stringMatching(/^Cem: not delivered\. /), bad: true }
  ]);
});

test('the form about the therapist has its name in the language of whoever reads, every other the one of its file', () => {
  prefs.locale = 'de';
  expect(formOf({ kind: 'rift', questionnaire: 'What did not feel right (RISQ)' })).toBe('Was sich nicht gut angefühlt hat (RISQ)');
  expect(formOf({ kind: 'safety', questionnaire: 'PHQ-9' })).toBe('PHQ-9');
});

test('of those who are told the deputy is called so: nobody else says who that is', async () => {
  const { namedReaders } = await import('../src/features/safety/named');
  prefs.locale = 'de';
  expect(namedReaders(['Hanna Berger', 'Ilse Lindqvist'], 'Ilse Lindqvist')).toBe('Hanna Berger und Ilse Lindqvist (Vertretung)');
  expect(namedReaders(['Hanna Berger'], undefined)).toBe('Hanna Berger');
});
