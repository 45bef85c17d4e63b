import type { Shown } from './conversation.svelte';
import type { Encounter } from './types';

/** What stands in a conversation, from top to bottom. */
export type Entry =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'new'; key: string }
  | { kind: 'session'; key: string; number: number; at: string; began: boolean }
  | { kind: 'message'; key: string; message: Shown; follows: boolean };

export type SessionLine = Extract<Entry, { kind: 'session' }>;

const together = 5 * 60_000;

/** Where a talk begins and ends, and whether there is more of it before the first message that is shown. */
export interface Span {
  first: string | undefined;
  /** Of letters, which tell only what came between them. A chat has no end: whatever comes stands in it. */
  last: string | undefined;
  more: boolean;
}

/**
 * Beginnings and ends of sessions, in order of time: among letters those between the first and the last; in a chat those of
 * the sessions that ran since its first message, and when it is shown from its middle, only what came after that.
 */
export function linesOf(encounters: Encounter[], { first, last, more }: Span): SessionLine[] {
  const from = first ? Date.parse(first) : Infinity;
  const to = last ? Date.parse(last) : Infinity;
  const runs = ({ ended_at }: Encounter) => !ended_at || Date.parse(ended_at) >= from;
  const lines = encounters.filter(runs).flatMap(({ id, number, began_at, ended_at }) =>
    [{ at: began_at, began: true }, { at: ended_at, began: false }].flatMap(({ at, began }) =>
      at && number ? [{ kind: 'session' as const, key: `${began ? 'began' : 'ended'} ${id}`, number, at, began }] : []
    )
  );
  return lines
    .filter((one) => (!more && !last) || Date.parse(one.at) >= from)
    .filter((one) => Date.parse(one.at) <= to)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/**
 * Messages under the day they were sent on, with one mark before the first that is new to `me`: the first of someone
 * else's after number `newAfter`. What one person sends within a few minutes belongs together (`follows`). `sessions`
 * stand where they belong by their times.
 */
export function entriesOf(messages: Shown[], me: string, newAfter: number, sessions: SessionLine[] = []): Entry[] {
  const entries: Entry[] = [];
  let before: Shown | undefined;
  let marked = false;
  const left = [...sessions];
  let last = '';
  const begin = (at: string, key: string) => {
    const today = new Date(at).toDateString();
    if (last !== today) entries.push({ kind: 'day', key: `day ${key}`, at });
    last = today;
  };
  const linesUntil = (end: number): boolean => {
    const due = left.filter((one) => Date.parse(one.at) <= end);
    for (const line of left.splice(0, due.length)) {
      begin(line.at, line.key);
      entries.push(line);
    }
    return due.length > 0;
  };
  for (const message of messages) {
    const parted = linesUntil(Date.parse(message.at));
    const sameDay = before !== undefined && new Date(before.at).toDateString() === new Date(message.at).toDateString();
    begin(message.at, message.id);
    const isNew: boolean = !marked && message.seq > newAfter && message.author !== me;
    if (isNew) entries.push({ kind: 'new', key: 'new' });
    marked ||= isNew;
    const follows =
      before !== undefined && sameDay && !isNew && !parted && before.author === message.author &&
      Date.parse(message.at) - Date.parse(before.at) < together;
    entries.push({ kind: 'message', key: message.id, message, follows });
    before = message;
  }
  linesUntil(Infinity);
  return entries;
}
