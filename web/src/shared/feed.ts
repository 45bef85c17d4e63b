import type { Shown } from './conversation.svelte';

/** What stands in a conversation, from top to bottom. */
export type Entry =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'new'; key: string }
  | { kind: 'message'; key: string; message: Shown; follows: boolean };

const together = 5 * 60_000;

/**
 * Messages under the day they were sent on, with one mark before the first that is new to `me`: the first of someone
 * else's after number `newAfter`. What one person sends within a few minutes belongs together (`follows`).
 */
export function entriesOf(messages: Shown[], me: string, newAfter: number): Entry[] {
  const entries: Entry[] = [];
  let before: Shown | undefined;
  let marked = false;
  for (const message of messages) {
    const sameDay = before !== undefined && new Date(before.at).toDateString() === new Date(message.at).toDateString();
    if (!sameDay) entries.push({ kind: 'day', key: `day ${message.id}`, at: message.at });
    const isNew: boolean = !marked && message.seq > newAfter && message.author !== me;
    if (isNew) entries.push({ kind: 'new', key: 'new' });
    marked ||= isNew;
    const follows =
      before !== undefined && sameDay && !isNew && before.author === message.author &&
      Date.parse(message.at) - Date.parse(before.at) < together;
    entries.push({ kind: 'message', key: message.id, message, follows });
    before = message;
  }
  return entries;
}
