import { expect, test, vi } from 'vitest';
import type { Goal } from '../src/features/between_sessions/api';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} }, addEventListener: () => {} });
vi.stubGlobal('location', { pathname: '/', origin: 'https://rooms.example.org' });
vi.stubGlobal('addEventListener', () => {});
const { inOrder } = await import('../src/features/goals/words');
const { allKinds, fieldsOf, filledIn, gist, outcomesFrom, shownValue } = await import('../src/features/homework/words');
const { parse, paths } = await import('../src/shared/router.svelte');

test('only what was filled in is sent, and a nought and a no are something', () => {
  expect(filledIn({ text: '', feeling: 'tired', strength: 0, done: false, thinking_errors: [], day: null })).toEqual({ feeling: 'tired', strength: 0, done: false });
});

test('each kind has fields of its own, and each value is shown', () => {
  const errors = [{ key: 'label', name: { en: 'Putting a label on', de: 'Ein Etikett' }, about: { en: '', de: '' }, example: { en: '', de: '' } }];
  const content = { text: 'a page', situation: 'stairs', thought: 'they stare', feeling: 'shame', strength: 0, thinking_errors: ['label', 'gone'], other_view: 'no', feeling_after: 'calm', strength_after: 2, day: '2026-02-28', activity: 'a walk', done: false, how: 'good' };
  const shown = allKinds.flatMap((kind) => fieldsOf(kind).map((field) => shownValue(field, content, errors)));
  expect(shown.every((one) => one !== '')).toBe(true);
  expect(shown).toContain('Putting a label on, gone');
  expect(shown).toContain('0 / 10');
  expect(shownValue(fieldsOf('diary')[0]!, {}, errors)).toBe('');
});

test('what is said of homework can be said otherwise', () => {
  expect(outcomesFrom('open')).toEqual(['done', 'partly', 'not_done']);
  expect(outcomesFrom('done')).toEqual(['partly', 'not_done', 'open']);
});

test('an entry is called by what was written first', () => {
  expect(gist({ thought: 'they stare', feeling: 'shame' })).toBe('they stare');
  expect(gist({})).toBe('');
});

test('goals that wait for an answer stand first, those that are over last', () => {
  const goals = (['set_aside', 'reached', 'active', 'proposed'] as const).map((state) => ({ id: state, state }) as Goal);
  expect(inOrder(goals).map((one) => one.id)).toEqual(['proposed', 'active', 'reached', 'set_aside']);
});

test('the page has an address, and each thing on it', () => {
  expect(parse(paths.kept('e1'))).toEqual({ page: 'kept', episode: 'e1', item: '' });
  expect(parse(paths.kept('e1', 'x'))).toEqual({ page: 'kept', episode: 'e1', item: 'x' });
  expect(parse('/with/e1/between/x/y')).toEqual({ page: 'lost' });
});
