import { expect, test, vi } from 'vitest';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} } });
const { association, changes, periodName, relationship, sorted } = await import('../src/features/practice_report/report');
const { prefs } = await import('../src/shared/prefs.svelte');

const share = { count: 10, of: 20, share: 0.5, low: 0.3, high: 0.7 };
const change = (version: string | undefined, improved: object) => ({ questionnaire: 'phq-9', name: 'PHQ-9', improved, worse: {}, ...(version ? { version } : {}) });
const tables = (more: object) => ({ smallest_group: 5, planned_end: {}, forms: [], change: [], alliance: [], association: {}, signals: [], ...more });

test('a chart of which everything is hidden is named once, by its reason, and not drawn', () => {
  const charts = changes(tables({ change: [change(undefined, {}), { ...change(undefined, share), name: 'GAD-7' }] }));
  const { shown, hidden } = sorted(charts, 5);
  expect(shown.map((one) => one.title)).toEqual(['GAD-7']);
  expect(hidden).toEqual([{ why: 'Hidden: there may be fewer than 5 people on one side', titles: ['PHQ-9'] }]);
  const alliance = { questionnaire: 'sparq', name: 'SPARQ', scale: 'total', min: 0, max: 16, by_channel: [{ channel: 'chat', score: {} }], by_session: [{ from: 1, to: 3, score: {} }] };
  expect(sorted(relationship(tables({ alliance: [alliance] })), 5).hidden[0]?.titles.length).toBe(2);
});

test('charts of two versions of a questionnaire have two names, and that of one has no number', () => {
  expect(changes(tables({ change: [change('1', share)] })).map((one) => one.title)).toEqual(['PHQ-9']);
  expect(changes(tables({ change: [change('1', share), change('2', share)] })).map((one) => one.title)).toEqual(['PHQ-9 (version 1)', 'PHQ-9 (version 2)']);
});

test('figures are written as the reader writes them, with a minus that is one', () => {
  prefs.setLocale('de');
  const [between] = association(tables({ association: { people: 20, between: { value: -0.25, low: -0.5, high: 0.1 } } }), []);
  expect(between?.write(-0.25)).toBe('−0,25');
  expect(periodName({ from: '2026-01-01', until: '2026-03-31', made_at: '2026-04-08T00:00:00Z' })).toMatch(/^Jan\.?.*März 2026$/);
  prefs.setLocale('en');
  expect(periodName({ from: '2026-01-01', until: '2026-12-31', made_at: '2027-01-08T00:00:00Z' })).toMatch(/^Jan.*Dec 2026$/);
});
