import { expect, test, vi } from 'vitest';
import { addLine, choose, leave, meet, offerAgain, remove, say, take, writtenOf, type Written } from '../src/features/recap/merge';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} }, addEventListener: () => {} });
vi.stubGlobal('location', { pathname: '/', origin: 'https://rooms.example.org' });
vi.stubGlobal('addEventListener', () => {});
const { asText, hearerOf, lineText } = await import('../src/features/recap/words');

const nothing: Written = { lines: [], left: [], with_us: '', homework: [] };

test('what is sent again has the words of own lines alone: those of the others are the server’s', () => {
  const content = {
    lines: [
      { key: 'achievement:1', source: 'achievement' as const, by: 'client' as const, text: 'went out' },
      { key: 'k', source: 'own' as const, by: 'therapist' as const, text: 'laughed' }
    ],
    left: ['homework:1'], with_us: 'breathe', homework: [{ id: 'h', title: 'walk' }]
  };
  expect(writtenOf({ content })).toEqual({ lines: [{ key: 'achievement:1' }, { key: 'k', text: 'laughed' }], left: ['homework:1'], with_us: 'breathe', homework: ['h'] });
});

test('a change made twice is made once, in whichever order two people make theirs', () => {
  const changes = [take('a'), addLine('b', 'words'), leave('c'), choose('h', true), say('stays')];
  for (const change of changes) {
    const once = change(nothing);
    expect(change(once)).toEqual(once);
  }
  const both = (order: number[]) => order.reduce((written, at) => changes[at]!(written), nothing);
  const forth = both([0, 1, 2, 3, 4]);
  const back = both([4, 3, 2, 1, 0]);
  expect(new Set(back.lines.map((one) => one.key))).toEqual(new Set(forth.lines.map((one) => one.key)));
  expect({ ...back, lines: [] }).toEqual({ ...forth, lines: [] });
});

test('a line whose answer was lost takes the words it was given since, and stands there once', () => {
  const first = addLine('b', 'words')(take('a')(nothing));
  expect(addLine('b', 'better words')(first).lines).toEqual([{ key: 'a' }, { key: 'b', text: 'better words' }]);
});

test('what is said of a session goes to whoever treats, also while away, and to nobody once they have left', () => {
  const therapist = { id: 't', name: 'T' };
  expect(hearerOf({ therapist })).toBe(therapist);
  expect(hearerOf({ therapist, away: { from: '2026-11-30T12:00:00Z', until: '2026-12-30T12:00:00Z', now: true, asked: false } })).toBe(therapist);
  expect(hearerOf({ therapist, away: { from: '2026-11-30T12:00:00Z', now: true, asked: false } })).toBeUndefined();
  expect(hearerOf(null)).toBeUndefined();
});

test('what is left out, offered again and taken stands in one place', () => {
  const left = leave('a')(take('a')(nothing));
  expect(left).toEqual({ ...nothing, left: ['a'] });
  expect(take('a')(left)).toEqual({ ...nothing, lines: [{ key: 'a' }] });
  expect(offerAgain('a')(left)).toEqual(nothing);
  expect(remove('a')(take('a')(nothing))).toEqual(nothing);
  expect(choose('h', false)(choose('h', true)(nothing))).toEqual(nothing);
});

test('somebody has to choose only where both changed one text', () => {
  expect(meet('was', 'was', 'theirs')).toBe('theirs');
  expect(meet('was', 'mine', 'was')).toBe('mine');
  expect(meet('was', 'same', 'same')).toBe('theirs');
  expect(meet('was', 'mine', 'theirs')).toBe('clash');
});

test('the text file has everything that was confirmed, and nothing that is not there', () => {
  const line = { key: 'goal_rated:1', source: 'goal_rated' as const, by: 'client' as const, text: 'more friends', from: 3, to: 5 };
  expect(lineText(line)).toBe('more friends: from 3 to 5 of 10');
  const text = asText('Session 3', '2026-11-30T12:00:00Z', { lines: [line], left: [], with_us: 'breathe\nout', homework: [{ id: 'h', title: 'walk' }] });
  expect(text).toContain('Session 3\r\n\r\n');
  expect(text).toContain('- more friends: from 3 to 5 of 10\r\n');
  expect(text).toContain('breathe\r\nout\r\n');
  expect(text).toContain('- walk\r\n');
  expect(text).not.toContain('Next session');
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
});
