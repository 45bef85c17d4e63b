import { expect, test, vi } from 'vitest';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} } });
const { along, keyed, middle, onLine, placeWords } = await import('../src/features/questionnaires/line');
const { prefs } = await import('../src/shared/prefs.svelte');

const line = { min: 0, max: 10 };

test('keys move the mark by a tenth or by one, and to the ends, and never beyond', () => {
  expect(keyed(line, 6.3, 'ArrowRight')).toBe(6.4);
  expect(keyed(line, 6.3, 'ArrowUp')).toBe(6.4);
  expect(keyed(line, 0.3, 'ArrowLeft')).toBe(0.2);
  expect(keyed(line, 0.3, 'ArrowDown')).toBe(0.2);
  expect(keyed(line, 6.3, 'PageUp')).toBe(7.3);
  expect(keyed(line, 6.3, 'PageDown')).toBe(5.3);
  expect(keyed(line, 6.3, 'Home')).toBe(0);
  expect(keyed(line, 6.3, 'End')).toBe(10);
  expect(keyed(line, 9.6, 'PageUp')).toBe(10);
  expect(keyed(line, 0, 'ArrowLeft')).toBe(0);
});

test('a hundred steps are ten: no step leaves more than a tenth', () => {
  let at = 0;
  for (let n = 0; n < 64; n++) at = keyed(line, at, 'ArrowRight') ?? NaN;
  expect(at).toBe(6.4);
});

test('a line that nobody has marked stays so until a key of the line is pressed', () => {
  for (const key of ['Tab', 'a', 'Escape', 'Shift']) expect(keyed(line, null, key), key).toBeNull();
  expect(keyed(line, null, 'ArrowRight')).toBe(5.1);
  expect(keyed(line, null, 'Home')).toBe(0);
  expect(keyed(line, null, ' ')).toBe(5);
  expect(keyed(line, null, 'Enter')).toBe(5);
  expect(keyed(line, 6.4, 'Enter')).toBeNull();
});

test('what the pointer says is a place on the line, to a tenth', () => {
  expect([onLine(line, 3.14159), onLine(line, -1), onLine(line, 11), onLine({ min: -2.5, max: 2.5 }, -2.46)]).toEqual([3.1, 0, 10, -2.5]);
  expect([middle(line), middle({ min: 0, max: 0.5 }), along(line, 2.5), along({ min: -5, max: 5 }, 0)]).toEqual([5, 0.3, 0.25, 0.5]);
});

test('the place is said in words, with the numbers as the language writes them', () => {
  expect(placeWords(line, 6.4)).toBe('6.4 on a line from 0 to 10');
  expect(placeWords(line, null)).toBe('no mark yet');
  prefs.setLocale('de');
  expect(placeWords(line, 6.4)).toBe('6,4 auf einer Linie von 0 bis 10');
  expect(placeWords(line, null)).toBe('noch nicht markiert');
  prefs.setLocale('en');
});
