import { expect, test, vi } from 'vitest';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} } });
const { contactAhead, firstContact, foreignTo, inPlaceOf, isMuch, isSame, minutesOf, oftenName, ruleDay, tenths } = await import('../src/features/measurement_plan/plan');
const { prefs } = await import('../src/shared/prefs.svelte');

const plan = { seconds_for_question: 10, sessions_a_month: 4 };
const form = (when: 'before_session' | 'after_session' | 'every_weeks' | 'at_start' | 'at_end', questions: number, weeks?: number) =>
  ({ respondent: 'client' as const, when, questions, ...(weeks ? { weeks } : {}) });

test('the minutes of a plan are reckoned as the server does', () => {
  const forms = [form('before_session', 9), form('after_session', 8), form('at_start', 6), form('at_end', 6), form('every_weeks', 7, 2)];
  // 170 seconds a session, 832 a month, 120 once.
  expect(minutesOf(forms, 'client', plan)).toEqual({ session: 3, month: 14, once: 2 });
  expect(minutesOf(forms, 'therapist', plan)).toEqual({ session: 0, month: 0, once: 0 });
});

test('plans are the same that ask for the same in the same order, whenever it is next', () => {
  const one = (questionnaire: string, weeks?: number, next_at?: string) =>
    ({ questionnaire, when: weeks ? 'every_weeks' as const : 'at_end' as const, ...(weeks ? { weeks } : {}), ...(next_at ? { next_at } : {}) });
  expect(isSame([one('k6'), one('gad-7', 2, 'a')], [one('k6'), one('gad-7', 2, 'b')])).toBe(true);
  expect(isSame([one('k6'), one('gad-7', 2)], [one('gad-7', 2), one('k6')])).toBe(false);
  expect(isSame([one('gad-7', 2)], [one('gad-7', 3)])).toBe(false);
  expect(isSame([one('k6')], [one('k6'), one('k10')])).toBe(false);
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
  expect(firstContact({ first_contact_hours: 48 })).toBe('First contact within 48 hours');
});

test('nobody waits for a first contact whose time has passed, that was not agreed on, or where the two have met', () => {
  const now = Date.parse('2026-11-30T12:00:00Z');
  const agreed = { first_contact_hours: 48, first_contact_by: '2026-12-01T12:00:00Z' };
  expect(contactAhead(agreed, { met: false }, now)).toBe(true);
  expect(contactAhead({ first_contact_hours: 48 }, { met: false }, now)).toBe(true);
  expect(contactAhead(agreed, { met: true }, now)).toBe(false);
  expect(contactAhead({}, { met: false }, now)).toBe(false);
  expect(contactAhead(agreed, { met: false }, now + 2 * 86_400_000)).toBe(false);
});

test('tenths are written as the reader writes them', () => {
  expect(tenths(4.345)).toBe('4.3');
  prefs.setLocale('de');
  expect(tenths(4.345)).toBe('4,3');
  prefs.setLocale('en');
});

test('a form that is not in the language of the reader says so, and of that about the relationship there is another', () => {
  const offered = [{ id: 'sparq', languages: ['en'] }, { id: 'risq', languages: ['en'] }, { id: 'check-in', languages: ['en', 'de'] }, { id: 'phq-9', languages: ['en', 'de-AT'] }];
  const at = (questionnaire: string, kept = false) => ({ questionnaire, kept });
  prefs.setLocale('de');
  expect(offered.map((one) => foreignTo({ questionnaire: one.id }, offered))).toEqual([['en'], ['en'], [], []]);
  expect(foreignTo({ questionnaire: 'gone' }, offered)).toEqual([]);
  expect(inPlaceOf(at('sparq'), offered, [at('sparq')])?.id).toBe('check-in');
  // What is asked already is not offered, nor for another kind of form, nor where it may not be changed.
  expect(inPlaceOf(at('sparq'), offered, [at('sparq'), at('check-in')])).toBeUndefined();
  expect(inPlaceOf(at('risq'), offered, [at('risq')])).toBeUndefined();
  expect(inPlaceOf(at('sparq', true), offered, [at('sparq', true)])).toBeUndefined();
  expect(inPlaceOf(at('sparq'), [{ id: 'check-in', languages: ['en'] }], [])).toBeUndefined();
  prefs.setLocale('en');
  expect(foreignTo({ questionnaire: 'sparq' }, offered)).toEqual([]);
});

test('the version of a rule is told by its day', () => {
  prefs.setLocale('de');
  expect(ruleDay('2026-11-30.1')).toBe('30. November 2026');
  expect(ruleDay('7')).toBe('7');
  prefs.setLocale('en');
});
