import { expect, test } from 'vitest';
import { begunOf, mayHavePassed, roundsOf } from '../src/features/questionnaires/waiting';
import type { Encounter, Form } from '../src/shared/types';

const now = Date.UTC(2026, 10, 29, 12);
const day = (days: number) => new Date(now + days * 24 * 3600 * 1000).toISOString();
type Part = Partial<Form> & { due?: number; asked?: number };
const form = (id: string, { due, asked = -1, ...rest }: Part) =>
  ({ id, questionnaire: id, occasion: 'before_session', state: 'asked', asked_at: day(asked), due_at: due === undefined ? null : day(due), ...rest }) as Form;
const told = (forms: Form[]) =>
  roundsOf(forms, now).map(({ key, forms }) => [key, ...forms.map((one) => (one.replaced ? `(${one.form.id})` : one.form.id))]);

test('forms stand by what they are for, and what is due soonest comes first', () => {
  expect(told([
    form('gad-7', { occasion: 'on_request', asked: -2 }),
    form('phq-9', { due: 5, encounter: 'next' }),
    form('sparq', { due: 2, encounter: 'last', occasion: 'after_session' }),
    form('risq', { due: 2, encounter: 'last', occasion: 'after_session', state: 'in_progress' }),
    form('k10', { due: 1, occasion: 'before_session' }),
    form('sent', { due: 1, state: 'completed' })
  ])).toEqual([['asked', 'k10', 'gad-7'], ['after_session last', 'sparq', 'risq'], ['before_session next', 'phq-9']]);
});

test('of two of a kind the older one may be left out, and stands last; asked for on another occasion it stays', () => {
  const older = { questionnaire: 'phq-9', due: -2, asked: -6, encounter: 'last' };
  const newer = { questionnaire: 'phq-9', due: 5, asked: -1, encounter: 'next' };
  expect(told([form('old', older), form('new', newer)])).toEqual([['before_session next', 'new'], ['before_session last', '(old)']]);
  expect(told([form('old', older), form('sent', { ...newer, state: 'completed' })])).toEqual([['before_session last', '(old)']]);
  expect(told([form('asked', { ...older, encounter: null, occasion: 'on_request' }), form('new', newer)]))
    .toEqual([['before_session next', 'new'], ['asked', 'asked']]);
  const again = { questionnaire: 'gad-7', occasion: 'on_request' as const };
  expect(told([form('first', { ...again, asked: -5 }), form('second', { ...again, asked: -3 })])).toEqual([['asked', 'second', '(first)']]);
});

test('two of a kind for two sessions to come are both meant, whichever was asked for first', () => {
  const one = { questionnaire: 'phq-9', due: 6, asked: -6, encounter: 'saturday' };
  const two = { questionnaire: 'phq-9', due: 1, asked: 0, encounter: 'today' };
  expect(told([form('a', one), form('b', two)])).toEqual([['before_session today', 'b'], ['before_session saturday', 'a']]);
  expect(told([form('a', one), form('b', { ...two, due: -0.1 })])).toEqual([['before_session saturday', 'a'], ['before_session today', '(b)']]);
});

test('what is overdue comes after what can still be in time, and goes when it would only reproach', () => {
  expect(told([form('late', { due: -3, encounter: 'a' }), form('gone', { due: -8, encounter: 'b' }), form('ahead', { due: 3, encounter: 'c' })]))
    .toEqual([['before_session c', 'ahead'], ['before_session a', 'late']]);
});

test('what was to be sent before a session is not asked for once that has begun; what was begun stands last', () => {
  const last = { encounter: 'last', due: -0.1 };
  const forms = [form('phq-9', last), form('gad-7', { ...last, state: 'in_progress' }), form('sparq', { encounter: 'last', due: 2, occasion: 'after_session' })];
  expect(roundsOf(forms, now, new Set(['last'])).flatMap((round) => round.forms.map((one) => [one.form.id, one.late]))).toEqual([['sparq', false], ['gad-7', true]]);
  expect(told(forms)).toEqual([['after_session last', 'sparq'], ['before_session last', 'phq-9', 'gad-7']]);
  const session = (id: string, minutes: number, ended = false) => ({ id, began_at: day(-minutes / 1440), ended_at: ended ? day(0) : null }) as Encounter;
  expect([...begunOf([session('new', 9), session('old', 11), session('short', 2, true), { id: 'planned' } as Encounter], now)]).toEqual(['old', 'short']);
});

test('only a form that was sent lately, and whose scores nothing is said of, can hold an answer that was passed on', () => {
  const sent = (rest: Partial<Form>) => mayHavePassed({ state: 'completed', asked_at: day(-20), completed_at: day(-1), scores: {}, ...rest } as Form, now);
  expect(sent({})).toBe(true);
  expect(sent({ completed_at: day(-8) })).toBe(false);
  expect(sent({ state: 'in_progress' })).toBe(false);
  expect(sent({ scores: { band: { label: 'Mild' } } as Form['scores'] })).toBe(false);
  expect(sent({ since_first: {} as Form['since_first'] })).toBe(false);
});
