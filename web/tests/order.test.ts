import { expect, test } from 'vitest';
import { arranged, isSame, named, orderOf } from '../src/features/caseload/order';
import { begun, byNews } from '../src/features/messages/order';
import { waitsHere, waitsInChat } from '../src/shared/owed';
import { excess, tidy, toSend } from '../src/shared/text';
import type { CaseloadClient, Room } from '../src/shared/types';
import { uuid7 } from '../src/shared/uuid7';

const client = (episode: string, waits = false): CaseloadClient => ({
  episode, client: { id: `c${episode}`, name: `${episode} Müller` }, chat_room: `r${episode}`, reply_time: { agreed: false },
  present: false, therapist_left: false, reasons: waits ? [{ kind: 'unread', count: 1 }] : []
});
const ids = (clients: CaseloadClient[]) => clients.map((one) => one.episode);
const thread = (id: string, last_seq: number, read_seq: number, kind = 'thread'): Room => ({
  id, kind, last_seq, read_seq, unread: last_seq - read_seq, participants: []
});

test('nobody moves in the list until it is sorted again; whoever is new stands first', () => {
  const held = orderOf([client('Ada', true), client('Ben', true), client('Cem')]);
  expect(held).toEqual({ waiting: ['Ada', 'Ben'], rest: ['Cem'] });
  const later = [client('Cem', true), client('Dora'), client('Ben', true), client('Ada')];
  expect(isSame(held, orderOf(later))).toBe(false);
  const shown = arranged(later, held);
  expect(ids(shown.waiting)).toEqual(['Dora', 'Ada', 'Ben']);
  expect(ids(shown.rest)).toEqual(['Cem']);
  const sorted = arranged(later, orderOf(later));
  expect(ids(sorted.waiting)).toEqual(['Cem', 'Ben']);
  expect(ids(sorted.rest)).toEqual(['Dora', 'Ada']);
});

test('a client is found by parts of the name, whatever the case and the accents', () => {
  const all = [client('Ada'), client('Adèle'), client('Ben')];
  expect(ids(named(all, 'ADE'))).toEqual(['Adèle']);
  expect(ids(named(all, 'muller ad'))).toEqual(['Ada', 'Adèle']);
  expect(ids(named(all, ' '))).toHaveLength(3);
  expect(named(all, 'x')).toEqual([]);
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

test('nothing is sent of which nothing can be seen', () => {
  for (const blank of ['', ' \n\t', '\u00a0', '\u200b', '\u200b\u200d \ufeff', '\u3164', '\u2800', '\u{e0020}']) expect(toSend(blank)).toBe('');
  for (const seen of ['❤️', '👩‍👧', '\u200bé', '.']) expect(toSend(` ${seen}\n`)).toBe(seen);
});

test('lengths are counted in characters, not in halves of them', () => {
  expect(excess('😀'.repeat(20_000))).toBe(0);
  expect(excess('😀'.repeat(20_001))).toBe(1);
  expect(excess('abc', 2)).toBe(1);
});

test('a reply is due where it is waited for, not above what was answered', () => {
  const both = { client: { id: 'c', name: 'Niko' } };
  expect(waitsHere([{ author: 't' }, { author: 'c' }], both)).toBe(true);
  expect(waitsHere([{ author: 'c' }, { author: 't' }], both)).toBe(false);
  expect(waitsHere([], both)).toBe(false);

  const waiting_since = '2026-11-28T01:03:00Z';
  const rooms = (letter?: string) => [{ kind: 'chat', last_at: waiting_since }, { kind: 'thread', last_at: letter ?? null }];
  expect(waitsInChat(rooms('2026-11-18T10:00:00Z'), { waiting_since })).toBe(true);
  expect(waitsInChat(rooms(), { waiting_since })).toBe(true);
  expect(waitsInChat(rooms(waiting_since), { waiting_since })).toBe(false);
  expect(waitsInChat(rooms('2026-11-18T10:00:00Z'), { waiting_since: null })).toBe(false);
});
