import { expect, test, vi } from 'vitest';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} }, addEventListener: () => {} });
vi.stubGlobal('location', { pathname: '/', origin: 'https://rooms.example.org' });
vi.stubGlobal('addEventListener', () => {});
const { contentOf, isEmpty, nothingWritten, writtenOf } = await import('../src/features/check_in/words');
const { exampleText, linkOf, withExample } = await import('../src/features/preparation/words');
const { allCountries, isPhone, numbersOf, tidyPhone } = await import('../src/features/safety_gate/places');
const { SessionsOf } = await import('../src/shared/encounters.svelte');
const { parse, paths } = await import('../src/shared/router.svelte');

test('the ways to what one says before a session, and to what a therapist prepares from', () => {
  expect(parse('/checkin')).toEqual({ page: 'checkin', encounter: '' });
  expect(parse(paths.checkIn('s1'))).toEqual({ page: 'checkin', encounter: 's1' });
  expect(parse('/checkin/s1/more')).toEqual({ page: 'lost' });
  expect(parse(paths.prepare('e1'))).toEqual({ page: 'prepare', episode: 'e1' });
});

test('what is written before a session comes back as it was kept, and nothing is kept of what is empty', () => {
  expect(isEmpty(contentOf(nothingWritten()))).toBe(true);
  const written = {
    ...nothingWritten(),
    feeling: 3,
    urgent: true,
    urgent_words: ' soon ',
    homework: { h1: 'partly' as const },
    topics: [{ id: 't1', text: 'sleep', on_agenda: true }, { id: 't2', text: '  ', on_agenda: false }]
  };
  const content = contentOf(written, true);
  expect(content).toEqual({
    feeling: 3,
    urgent: true,
    urgent_words: 'soon',
    homework: [{ homework: 'h1', outcome: 'partly' }],
    topics: [{ id: 't1', text: 'sleep', on_agenda: true }]
  });
  expect(contentOf(writtenOf(content), true)).toEqual(content);
});

test('words about what is urgent go when it is not urgent any more', () => {
  expect(contentOf({ ...nothingWritten(), urgent: false, urgent_words: 'soon' }).urgent_words).toBeUndefined();
});

test('an example says what it was, leads there, and stands at the end of the notes', () => {
  const mood = { kind: 'mood' as const, at: '2026-11-01T10:00:00Z', source: 'a1', text: 'sunny', value: 7, mean_before: 3.25 };
  expect(exampleText(mood)).toContain('7');
  expect(exampleText(mood)).toContain('sunny');
  expect(linkOf(mood, 'e1', 'chat')).toBe('/with/e1/between/a1');
  const message = { ...mood, kind: 'message' as const, room: 'r1' };
  expect(linkOf(message, 'e1', 'chat')).toBe('/with/e1/messages/r1');
  expect(linkOf(message, 'e1', 'r1')).toBe('/with/e1/chat');
  const noted = withExample([{ key: 'talked', text: 'x' }, { key: 'next', text: 'y' }], 'it');
  expect(noted[0]).toEqual({ key: 'talked', text: 'x' });
  expect(noted[1]?.text.startsWith('y\n')).toBe(true);
  expect(withExample([{ key: 'own', text: '' }], 'it')[0]?.text).toContain('it');
});

test('every country can be chosen, and numbers shown are never those of another one', () => {
  const countries = allCountries('en');
  expect(countries.length).toBeGreaterThan(230);
  for (const code of ['AT', 'DE', 'FR', 'GR', 'JP', 'UA', 'US', 'ZA']) expect(countries).toContain(code);
  for (const code of ['EU', 'UN', 'ZZ', 'DD', 'UK', 'SU']) expect(countries).not.toContain(code);
  expect(new Set(countries).size).toBe(countries.length);
  const rows = [{ country: 'AT' }, { country: 'EU' }];
  expect(numbersOf(rows, 'AT')?.country).toBe('AT');
  expect(numbersOf(rows, 'HR')?.country).toBe('EU');
  expect(numbersOf(rows, 'JP')).toBeUndefined();
  expect(numbersOf(rows, 'CH')).toBeUndefined();
});

test('a number is taken as it comes from another page', () => {
  expect(tidyPhone('\u202A+43\u00A01\u2011234\u202C\n')).toBe('+43 1-234');
  expect(tidyPhone('tel:+43 1 234')).toBe('+43 1 234');
  expect(isPhone('')).toBe(true);
  expect(isPhone('+43 1-234')).toBe(true);
  expect(isPhone('call mum')).toBe(false);
});

test('a session that nobody began is not the next one when its time is over', () => {
  const sessions = new SessionsOf('e1');
  const at = (id: string, hours: number) => ({ id, status: 'planned', starts_at: new Date(Date.now() + hours * 3_600_000).toISOString(), minutes: 50 });
  sessions.items = [at('far', 48), at('soon', 1), at('missed', -24)] as unknown as typeof sessions.items;
  expect(sessions.next?.id).toBe('soon');
  sessions.items = [at('missed', -24)] as unknown as typeof sessions.items;
  expect(sessions.next).toBeUndefined();
});
