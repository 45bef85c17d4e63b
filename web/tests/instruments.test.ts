import { expect, test } from 'vitest';
import { licenceWord, safeLink, stateWord } from '../src/features/instruments/instruments';

test('an address that a file names is a link only where it leads to a page', () => {
  expect(safeLink('https://www.who.int/x')).toBe('https://www.who.int/x');
  for (const address of ['javascript:alert(1)', 'data:text/html,x', ' ', 'no address', null, undefined]) {
    expect(safeLink(address)).toBeNull();
  }
});

test('every state and every licence has words of its own', () => {
  const states = ['ready', 'off', 'withdrawn', 'no_wording', 'no_screen', 'unreadable'] as const;
  expect(new Set(states.map((state) => stateWord({ state }))).size).toBe(states.length);
  expect(licenceWord({ licence_letter: 'C', own: false })).not.toBe(licenceWord({ licence_letter: 'C', own: true }));
  expect(licenceWord({ licence_letter: 'A', own: true })).not.toBe(licenceWord({ licence_letter: 'A', own: false }));
  expect(licenceWord({ licence_letter: '', own: true })).toContain('answers for the licence');
});
