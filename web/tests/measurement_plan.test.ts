import { expect, test, vi } from 'vitest';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} } });
const { firstContact, isMuch, minutesOf, oftenName } = await import('../src/features/measurement_plan/plan');

const plan = { seconds_for_question: 10, sessions_a_month: 4 };
const form = (when: 'before_session' | 'after_session' | 'every_weeks' | 'at_start' | 'at_end', questions: number, weeks?: number) =>
  ({ respondent: 'client' as const, when, questions, ...(weeks ? { weeks } : {}) });

test('the minutes of a plan are reckoned as the server does', () => {
  const forms = [form('before_session', 9), form('after_session', 8), form('at_start', 6), form('at_end', 6), form('every_weeks', 7, 2)];
  // 170 seconds a session, 832 a month, 120 once.
  expect(minutesOf(forms, 'client', plan)).toEqual({ session: 3, month: 14, once: 2 });
  expect(minutesOf(forms, 'therapist', plan)).toEqual({ session: 0, month: 0, once: 0 });
});

test('much is more than ten minutes with a session, or 45 in a month', () => {
  expect(isMuch({ session: 10, month: 45, once: 60 })).toBe(false);
  expect(isMuch({ session: 11, month: 20, once: 0 })).toBe(true);
  expect(isMuch({ session: 5, month: 46, once: 0 })).toBe(true);
});

test('how often two people meet is said in words', () => {
  expect(oftenName({ sessions: 1, weeks: 1 })).toBe('once a week');
  expect(oftenName({ sessions: 2, weeks: 1 })).toBe('2 times a week');
  expect(oftenName({ sessions: 1, weeks: 2 })).toBe('every 2 weeks');
  expect(oftenName({ sessions: 2, weeks: 3 })).toBe('2 times in 3 weeks');
  expect(firstContact({ first_contact_hours: 48 })).toBe('First contact within 48 h');
});
