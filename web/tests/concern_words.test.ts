import { expect, test, vi } from 'vitest';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('localStorage', { getItem: () => null });
const { mailLines } = await import('../src/features/safety/words');

test('a practice without a mail server is told so once, and that is no alarm; a mail that got lost is', () => {
  const unserved = (to: string) => ({ to, state: 'failed' as const, failure: 'no_server' as const, tries: 0, at: null });
  const lost = { ...unserved('Cem'), failure: 'refused' as const };
  const lines = mailLines([unserved('Ada'), lost, unserved('Ben'), unserved('Ada')]);
  expect(lines).toEqual([
    { text: 'Told in Rapport: Ada and Ben. No mail: the practice has not set up a mail server.', bad: false },
    { text: expect.stringMatching(/^Cem: not delivered\. /), bad: true }
  ]);
});
