import { expect, test, vi } from 'vitest';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} } });
const { askedOf, saysHarm } = await import('../src/features/questionnaires/words');

const question = (item: string, asked_when: Parameters<typeof askedOf>[0][number]['asked_when'] = []) => ({ item, above: [], text: '', options: [], asked_when });
const condition = (item: string, values: number[], unanswered = false) => ({ item, values, unanswered });
const asked = (questions: Parameters<typeof askedOf>[0], answers: Record<string, number>) =>
  askedOf(questions, Object.entries(answers).map(([item, value]) => ({ item, value }))).map((one) => one.item);

test('a question is asked after one of several answers, or after all of them', () => {
  const each = [condition('a', [1, 2]), condition('b', [1])];
  const any = [question('a'), question('b'), question('c', [{ any: true, each }])];
  expect(asked(any, {})).toEqual(['a', 'b']);
  expect(asked(any, { a: 2 })).toEqual(['a', 'b', 'c']);
  expect(asked(any, { a: 0, b: 0 })).toEqual(['a', 'b']);
  const all = [question('a'), question('b'), question('c', [{ any: false, each }])];
  expect(asked(all, { a: 1 })).toEqual(['a', 'b']);
  expect(asked(all, { a: 1, b: 1 })).toEqual(['a', 'b', 'c']);
  const both = [question('a'), question('b'), question('c', each.map((one) => ({ any: true, each: [one] })))];
  expect(asked(both, { a: 1 })).toEqual(['a', 'b']);
  expect(asked(both, { a: 1, b: 1 })).toEqual(['a', 'b', 'c']);
});

test('a question that was left out is followed by what is asked unless it had a certain answer', () => {
  const questions = [question('a'), question('b', [{ any: false, each: [condition('a', [1, 2], true)] }])];
  expect(asked(questions, {})).toEqual(['a', 'b']);
  expect(asked(questions, { a: 0 })).toEqual(['a']);
});

test('what was answered to a question that is no longer asked makes no other one be asked', () => {
  const questions = [
    question('a'),
    question('b', [{ any: false, each: [condition('a', [1])] }]),
    question('c', [{ any: false, each: [condition('b', [1])] }])
  ];
  expect(asked(questions, { a: 1, b: 1 })).toEqual(['a', 'b', 'c']);
  expect(asked(questions, { a: 0, b: 1 })).toEqual(['a']);
});

test('an answer about harm is one from the value on that calls for the numbers, of a question that is asked', () => {
  const harm = [question('sleep'), { ...question('harm'), contacts_from: 1 }];
  expect(saysHarm(harm, [{ item: 'sleep', value: 3 }])).toBe(false);
  expect(saysHarm(harm, [{ item: 'harm', value: 0 }])).toBe(false);
  expect(saysHarm(harm, [{ item: 'harm', value: 1 }])).toBe(true);
  expect(saysHarm([question('sleep')], [{ item: 'harm', value: 3 }])).toBe(false);
});
