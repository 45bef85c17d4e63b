import { expect, test, vi } from 'vitest';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} }, addEventListener: () => {} });
vi.stubGlobal('location', { pathname: '/', origin: 'https://rooms.example.org' });
vi.stubGlobal('addEventListener', () => {});
const { contentOf, isEmpty, nothingWritten, writtenOf } = await import('../src/features/check_in/words');
const { exampleText, linkOf, withExample } = await import('../src/features/preparation/words');
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
