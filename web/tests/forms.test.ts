import { expect, test, vi } from 'vitest';
import type { List } from '../src/shared/list.svelte';
import type { Concern, Form } from '../src/shared/types';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} } });
const { mayWait, occasion, occasionOf, raisedBy, rounded } = await import('../src/features/questionnaires/words');
const { prefs } = await import('../src/shared/prefs.svelte');

const form = (id: string) => ({ id, questionnaire: 'phq-9', episode: 'e' }) as Form;
const concern = (id: string, of?: string) => ({ id, form: of, questionnaire: 'PHQ-9', episode: 'e' }) as Concern;

test('a form shows what its own answers have raised, and nothing of its neighbours', () => {
  // Without a form: of a client for whom one is the deputy.
  const raised = [concern('first', 'one'), concern('neighbour', 'other'), concern('correction', 'one'), concern('deputy')];
  expect(raisedBy(raised, form('one')).map((one) => one.id)).toEqual(['first', 'correction']);
  expect(raisedBy(raised, form('third'))).toEqual([]);
});

test('a form may wait for a person until all that it raised is closed, and while nobody knows', () => {
  const told = (loaded: boolean, ...states: Concern['state'][]) =>
    ({ loaded, items: states.map((state, at) => ({ ...concern(`${at}`, 'one'), state })) }) as List<Concern>;
  expect(mayWait(told(true, 'closed'), form('one'))).toBe(false);
  expect(mayWait(told(true), form('one'))).toBe(false);
  for (const state of ['open', 'acknowledged'] as const) expect(mayWait(told(true, 'closed', state), form('one')), state).toBe(true);
  expect(mayWait(told(true, 'open'), form('other'))).toBe(false);
  expect(mayWait(told(false), form('one'))).toBe(true);
  expect(mayWait(null, form('one'))).toBe(true);
});

test('a form says what it goes with, also where that is a part of the plan', () => {
  expect(occasion({ occasion: 'on_request' })).toBe('in between');
  expect(occasion({ occasion: 'on_request', moment: 'at_end' })).toBe('at the end');
  expect(occasion({ occasion: 'on_request', moment: 'at_start' })).toBe('at the start');
  expect(occasion({ occasion: 'on_request', moment: 'every_weeks' })).toBe('every few weeks');
  expect(occasion({ occasion: 'before_session' })).toBe('before a session');
});

test('a prorated score is written as the language writes numbers', () => {
  expect([rounded(12.857142857142858), rounded(12), rounded(0.05)]).toEqual(['12.9', '12', '0.1']);
  prefs.setLocale('de');
  expect([rounded(12.857142857142858), rounded(12)]).toEqual(['12,9', '12']);
  prefs.setLocale('en');
});

test('two forms of a kind are told apart by the day of their session', () => {
  const sessions = [{ id: 's', starts_at: '2026-12-06T15:00:00Z' }, { id: 'held', starts_at: '2026-11-01T15:00:00Z', began_at: '2026-11-02T15:00:00Z' }];
  const of = (encounter: string | null, more: object) => occasionOf({ ...form('f'), encounter, ...more } as Form, sessions as Parameters<typeof occasionOf>[1]);
  expect(of('s', { occasion: 'before_session' })).toMatch(/^Before the session on Sun.* 6 Dec/);
  expect(of('held', { occasion: 'after_session' })).toMatch(/^After the session on Mon.* 2 Nov/);
  expect(of('unknown', { occasion: 'before_session' })).toBe(occasion({ ...form('f'), occasion: 'before_session' } as Form));
  expect(of('s', { occasion: 'on_request' })).toBe(occasion({ ...form('f'), occasion: 'on_request' } as Form));
  expect(of('s', { occasion: 'before_session', moment: 'at_start' })).toBe(occasion({ ...form('f'), occasion: 'before_session', moment: 'at_start' } as Form));
});
