import type { Episode } from '../../shared/types';

/** Who must hear from us first stands first; then who waits longest without an agreed time; then whoever wrote last. */
export function byWaiting(episodes: Episode[]): Episode[] {
  const due = (one: Episode) => (one.reply_by ? Date.parse(one.reply_by) : Infinity);
  const waiting = (one: Episode) => (one.waiting_since ? Date.parse(one.waiting_since) : Infinity);
  const last = (one: Episode) => (one.last_at ? Date.parse(one.last_at) : 0);
  return [...episodes].sort((a, b) => {
    const first = due(a);
    const second = due(b);
    if (first !== second) return first - second;
    if (waiting(a) !== waiting(b)) return waiting(a) - waiting(b);
    return last(b) - last(a);
  });
}
