import { expect, test, vi } from 'vitest';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} } });
const { metName, unmetName, wishName } = await import('../src/features/matching/words');
const { dayName, degreeName, languages, timesName, ways } = await import('../src/features/therapist_profiles/words');

const reason = (wish: 'language' | 'gender' | 'times' | 'talk' | 'lead' | 'time' | 'tasks', more: object = {}) => ({ wish, times: [], ...more });
const tuesday = { day: 2, part: 'evening' as const };

test('a reason is a plain sentence and has no number in it', () => {
  expect(metName(reason('language', { language: 'tr' }))).toBe('speaks Turkish');
  expect(metName(reason('gender', { gender: 'woman' }))).toBe('is a woman');
  expect(metName(reason('times', { times: [tuesday, { day: 4, part: 'morning' }] }))).toBe('has time on Tuesday evening and Thursday morning');
  expect(metName(reason('tasks', { way: -2 }))).toBe('likes to give tasks between sessions');
  expect(metName(reason('tasks', { way: 0 }))).toBe('gives tasks now and then');
  expect(metName(reason('tasks', { way: 1 }))).toBe('works without tasks between sessions');
});

test('what is not met says how the therapist works, or that they do not say', () => {
  expect(unmetName(reason('language', { language: 'tr' }))).toBe('does not name Turkish as a language');
  expect(unmetName(reason('gender', { gender: 'woman' }))).toBe('is not a woman, or does not say');
  expect(unmetName(reason('times', { times: [tuesday] }))).toBe('names none of the times wished for');
  expect(unmetName(reason('lead', { way: -1 }))).toBe('likes to lead');
  expect(unmetName(reason('lead'))).toBe('says nothing about “Who leads”');
  expect(wishName(reason('lead'))).toBe('Who leads');
});

test('each way has a word for each of its degrees, and the week begins on Monday', () => {
  for (const way of ways) expect(new Set([-2, -1, 0, 1, 2].map((degree) => degreeName(way, degree))).size).toBe(5);
  expect(dayName(1)).toBe('Monday');
  expect(dayName(7)).toBe('Sunday');
  expect(timesName([tuesday])).toBe('Tuesday evening');
});

test('languages are sorted by name, and one that was chosen before is among them', () => {
  const names = languages(['is']).map((one) => one.name);
  expect(names).toContain('Icelandic');
  expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, 'en')));
});
