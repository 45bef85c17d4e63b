import { expect, test } from 'vitest';
import { byWaiting } from '../src/features/caseload/order';
import { begun, byNews } from '../src/features/messages/order';
import { excess, tidy } from '../src/shared/text';
import type { Episode, Room } from '../src/shared/types';
import { uuid7 } from '../src/shared/uuid7';

const episode = (id: string, more: Partial<Episode>): Episode => ({
  id, client: { id: `c${id}`, name: id }, therapist: { id: 't', name: 'T' }, chat_room: `r${id}`,
  reply_time: { agreed: false }, unread: 0, present: false, ...more
});
const thread = (id: string, last_seq: number, read_seq: number, kind = 'thread'): Room => ({
  id, kind, last_seq, read_seq, unread: last_seq - read_seq, participants: []
});

test('who must be answered first stands first, then who waits longest, then who wrote last', () => {
  const list = [
    episode('quiet', { last_at: '2026-01-03T00:00:00Z' }),
    episode('never', {}),
    episode('later', { reply_by: '2026-01-05T12:00:00Z', unread: 9 }),
    episode('waiting', { waiting_since: '2026-01-01T00:00:00Z', last_at: '2026-01-01T00:00:00Z' }),
    episode('waiting longer', { waiting_since: '2025-12-01T00:00:00Z' }),
    episode('overdue', { reply_by: '2026-01-02T00:00:00+02:00' })
  ];
  expect(byWaiting(list).map((one) => one.id)).toEqual(['overdue', 'later', 'waiting longer', 'waiting', 'quiet', 'never']);
  expect(list[0]?.id).toBe('quiet');
});

test('threads with news stand first, then the youngest; the chat is not among them', () => {
  const [old, middle, young] = [uuid7(1_000_000), uuid7(2_000_000_000_000), uuid7(3_000_000_000_000)];
  expect(begun(middle)).toBe(2_000_000_000_000);
  const rooms = [thread(middle, 2, 2), thread('chat', 9, 0, 'chat'), thread(old, 5, 4), thread(young, 1, 1)];
  expect(byNews(rooms).map((one) => one.id)).toEqual([old, young, middle]);
});

test('what the server would refuse without anyone seeing why is taken out; what people wrote stays', () => {
  expect(tidy('a\u0000b\u0085c\u007f\n\td\r\n👩‍👧 ä')).toBe('abc\n\td\r\n👩‍👧 ä');
  expect(tidy('x\ud83d y\ude00 😀')).toBe('x y 😀');
});

test('lengths are counted in characters, not in halves of them', () => {
  expect(excess('😀'.repeat(20_000))).toBe(0);
  expect(excess('😀'.repeat(20_001))).toBe(1);
  expect(excess('abc', 2)).toBe(1);
});
