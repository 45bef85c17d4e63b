import { expect, test, vi } from 'vitest';
import { isWithin } from '../src/features/absences/within';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} } });
const { sentence, wrongDays } = await import('../src/features/absences/words');

test('a session falls into an absence from its first moment to its last, and not into one without an end', () => {
  const absence = { from: '2026-12-01T00:00:00Z', until: '2026-12-08T00:00:00Z' };
  const times = ['2026-11-30T23:59:59Z', '2026-12-01T00:00:00Z', '2026-12-07T23:59:59Z', '2026-12-08T00:00:00Z'];
  expect(times.map((at) => isWithin(at, absence))).toEqual([false, true, true, false]);
  expect(isWithin('2026-12-02T00:00:00Z', { from: absence.from })).toBe(false);
});

test('whoever did not announce their absence themselves reads who did, and that they can end it', () => {
  const [hanna, ilse, kim] = ['Hanna', 'Ilse', 'Kim'].map((name) => ({ id: name, name }));
  const absence = { id: '1', therapist: hanna!, deputy: ilse!, from: '2026-12-01T00:00:00Z', until: '2026-12-08T00:00:00Z', state: 'agreed' as const };
  expect(sentence(absence, 'Hanna')).toMatch(/^You are away from/);
  const byKim = { ...absence, announced_by: kim! };
  expect(sentence(byKim, 'Hanna')).toMatch(/^Kim has announced .* You can end this/);
  expect(sentence({ ...byKim, announced_by: { id: 'Kim', name: '' } }, 'Hanna')).toMatch(/^somebody who has no account any more has/i);
  expect(sentence(byKim, 'Kim')).toMatch(/^Hanna is away/);
});

test('days that make no absence are told apart', () => {
  const today = '2026-11-29';
  expect(wrongDays('2026-12-03', '2026-12-02', today)).toMatch(/before the first/);
  expect(wrongDays('2026-11-20', '2026-11-28', today)).toMatch(/over already/);
  expect(wrongDays('2026-11-29', '2026-11-29', today)).toBe('');
  expect(wrongDays('2026-12-01', '2027-01-25', today)).toBe('');
  expect(wrongDays('2026-12-01', '2027-01-26', today)).toMatch(/eight weeks/);
});
