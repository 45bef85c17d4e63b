import { expect, test } from 'vitest';
import type { Shown } from '../src/shared/conversation.svelte';
import { entriesOf, linesOf } from '../src/shared/feed';
import type { Encounter } from '../src/shared/types';

const at = (seq: number, author: string, time: string): Shown => ({ id: `m${seq}`, seq, author, text: 't', at: time });
const encounter = (id: string, times: Pick<Encounter, 'number' | 'began_at' | 'ended_at'>): Encounter =>
  ({ id, episode: 'e', status: 'closed', channel: 'chat', starts_at: '', minutes: 50, agenda_left: 0, ...times });
const shape = (messages: Shown[], newAfter = Infinity) =>
  entriesOf(messages, 'me', newAfter).map((one) => (one.kind === 'message' ? `${one.key}${one.follows ? ' follows' : ''}` : one.kind));

test('every day has its heading, and what one person sends in a few minutes belongs together', () => {
  expect(shape([
    at(1, 'you', '2026-05-11T10:00:00'),
    at(2, 'you', '2026-05-11T10:04:00'),
    at(3, 'you', '2026-05-11T10:10:00'),
    at(4, 'me', '2026-05-11T10:11:00'),
    at(5, 'me', '2026-05-12T10:11:30')
  ])).toEqual(['day', 'm1', 'm2 follows', 'm3', 'm4', 'day', 'm5']);
});

test('one mark stands before the first new message of someone else, and none before our own', () => {
  const three = [
    at(1, 'you', '2026-05-11T10:00:00'), at(2, 'me', '2026-05-11T10:01:00'),
    at(3, 'you', '2026-05-11T10:02:00'), at(4, 'you', '2026-05-11T10:03:00')
  ];
  expect(shape(three, 1)).toEqual(['day', 'm1', 'm2', 'new', 'm3', 'm4 follows']);
  expect(shape(three, 3)).toEqual(['day', 'm1', 'm2', 'm3', 'new', 'm4']);
  expect(shape(three, 4)).toEqual(['day', 'm1', 'm2', 'm3', 'm4 follows']);
});

test('entries keep their keys while older messages arrive above them', () => {
  const later = [at(2, 'you', '2026-05-11T10:01:00')];
  const both = [at(1, 'me', '2026-05-10T10:00:00'), ...later];
  const keys = (messages: Shown[]) => entriesOf(messages, 'me', 0).map((one) => one.key);
  expect(keys(both)).toEqual(expect.arrayContaining(keys(later)));
  expect(new Set(keys(both)).size).toBe(keys(both).length);
});

test('a session stands where it began and ended, and parts what one person sent across it', () => {
  const session = { number: 4, began_at: '2026-05-11T10:02:00', ended_at: '2026-05-12T09:00:00' };
  const sessions = [encounter('s', session)];
  const messages = [at(1, 'you', '2026-05-11T10:00:00'), at(2, 'you', '2026-05-11T10:04:00')];
  const entries = (more: boolean, shown: Shown[]) =>
    entriesOf(shown, 'me', Infinity, linesOf(sessions, { first: shown[0]?.at, last: undefined, more }));
  const keys = (more: boolean, from = 0) => entries(more, messages.slice(from)).map((one) => one.key);
  expect(keys(false)).toEqual(['day m1', 'm1', 'began s', 'm2', 'day ended s', 'ended s']);
  expect(entries(false, messages).filter((one) => one.kind === 'message' && one.follows)).toEqual([]);
  // What began before the first message that is shown comes with the earlier page.
  expect(keys(true, 1)).toEqual(['day m2', 'm2', 'day ended s', 'ended s']);
});

test('letters tell of sessions only between the first and the last of them, a chat of those that ran since its first message', () => {
  const day = (date: string) => ({ number: 1, began_at: `2026-05-${date}T10:00:00`, ended_at: `2026-05-${date}T11:00:00` });
  const sessions = [
    encounter('before', day('01')),
    encounter('into', { number: 2, began_at: '2026-05-09T10:00:00', ended_at: '2026-05-11T10:00:00' }),
    encounter('within', day('12')),
    encounter('out', { number: 4, began_at: '2026-05-13T10:00:00', ended_at: '2026-05-16T10:00:00' }),
    encounter('after', day('20')),
    encounter('running', { number: 6, began_at: '2026-05-21T10:00:00', ended_at: null }),
    encounter('planned', { number: null, began_at: null, ended_at: null })
  ];
  const keys = (first?: string, last?: string) => linesOf(sessions, { first, last, more: false }).map((one) => one.key);
  const between = ['ended into', 'began within', 'ended within', 'began out'];
  expect(keys('2026-05-10T08:00:00', '2026-05-14T08:00:00')).toEqual(between);
  expect(keys('2026-05-10T08:00:00')).toEqual(['began into', ...between, 'ended out', 'began after', 'ended after', 'began running']);
  expect(keys()).toEqual(['began running']);
});
