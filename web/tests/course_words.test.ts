import { expect, test, vi } from 'vitest';
import { changesOf, concernName, markName } from '../src/features/course/words';
import { prefs } from '../src/shared/prefs.svelte';
import type { Course, CoursePoint } from '../src/shared/types';

// What the words are taken from asks these while it is read.
vi.hoisted(() => {
  vi.stubGlobal('navigator', { languages: ['en-GB'] });
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('location', { pathname: '/' });
  vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} } });
});

const reader = vi.hoisted(() => ({ client: false }));
vi.mock('../src/shared/session.svelte', () => ({ app: reader }));

type Concern = CoursePoint['concerns'][number];
const told = (state: 'open' | 'acknowledged' | 'closed', questions = [9], kind: Concern['kind'] = 'safety'): Concern =>
  ({ kind, id: 'c', state, questions, by: state === 'open' ? null : 'Ilse Lindqvist' });

test('a therapist reads which answer to look at, and how far that has got', () => {
  expect(concernName(told('open'))).toBe('Answer 9: please look, nobody has yet');
  expect(concernName(told('open', [3, 9]))).toBe('Answers 3 and 9: please look, nobody has yet');
  expect(concernName(told('acknowledged'))).toBe('Answer 9: Ilse Lindqvist is looking into it');
  expect(concernName({ ...told('acknowledged'), by: '' })).toMatch(/somebody .* is looking into it$/);
  expect(concernName(told('closed'))).toBe('Answer 9: looked into and closed');
  expect(concernName(told('open', [9], 'unanswered'))).toBe('Question 9 not answered: please ask');
  expect(concernName(told('open', []))).toBe('Answer about harm: please look, nobody has yet');
});

test('a mark of the picture says it with the score, and nothing that sounds well until somebody has looked', () => {
  const point: CoursePoint = {
    form: 'f', at: '2026-01-01T09:00:00Z', occasion: 'on_request', concerns: [told('open')],
    values: [{ scale: 'total', value: 1, prorated: false }], band: 'Minimal'
  };
  const series: Course['series'][number] = {
    questionnaire: 'phq-9', name: 'PHQ-9', respondent: 'client', points: [point], bands: [{ scale: 'total', min: 0, max: 4, label: 'Minimal', source: 'a journal' }],
    scales: [{ key: 'total', label: 'Total', min: 0, max: 27, higher_is_worse: true }]
  };
  const course = { sessions: [], series: [series], events: [], more: false };
  const change = { value: -9, change: 'improved', into_clinical_range: false };
  const named = (concerns: CoursePoint['concerns']) =>
    markName(course, { kind: 'point', panel: { series }, point: { ...point, since_first: change, concerns }, scale: 0 });
  expect(named([told('open')])).toMatch(/^PHQ-9, .*: 1 of 27\. Answer 9: please look, nobody has yet$/);
  expect(named([told('acknowledged')])).not.toMatch(/Minimal|−9/);
  expect(named([told('closed')])).toMatch(/1 of 27, Minimal\. Answer 9: looked into and closed\. .*−9/);
});

test('a client reads that a person looks, and no more', () => {
  prefs.setLocale('de');
  expect(concernName({ kind: 'safety' })).toBe('Hier haben Sie etwas gesagt, das sich ein Mensch ansieht.');
  expect(concernName({ kind: 'rift' })).toBe(concernName({ kind: 'safety' }));
  expect(concernName({ kind: 'unanswered' })).toMatch(/^Hier haben Sie eine Frage offen gelassen/);
});

test('a client reads of a change in plain words, and nothing where it cannot be told', () => {
  reader.client = true;
  prefs.setLocale('en');
  const point = (first: string, previous: string): CoursePoint => ({
    form: 'f', at: '2026-01-01T09:00:00Z', occasion: 'on_request', concerns: [], values: [], band: null,
    since_first: { value: -9, change: first, into_clinical_range: false },
    since_previous: { value: 2, change: previous, into_clinical_range: true }
  } as CoursePoint);
  const own = (first: string, previous: string) => changesOf(point(first, previous));
  expect(own('recovered', 'unchanged')).toEqual(['Clearly better than the first time (−9)', 'About the same as the time before (+2)']);
  expect(own('improved', 'deteriorated')).toEqual(['Clearly better than the first time (−9)', 'Clearly worse than the time before (+2)']);
  expect(own('undetermined', 'undetermined')).toEqual([]);
  prefs.setLocale('de');
  expect(own('recovered', 'deteriorated').join()).not.toMatch(/verlässlich|Messfehler|Grenzwert|klinisch/);
  reader.client = false;
  expect(own('recovered', 'unchanged')[0]).toMatch(/verlässlich besser/);
});
