import { m } from '../../paraglide/messages.js';
import type { Encounter } from '../../shared/types';

export function statusOf(status: Encounter['status']): string {
  return {
    planned: m.session_planned(), open: m.session_is_open(), closed: m.session_closed(), cancelled: m.session_cancelled()
  }[status];
}

/** "Session 4", or "Session" before it has begun and its number is known; `other`: with whom, where the page has to say it. */
export function titleOf({ number }: { number?: number | null }, other = ''): string {
  const name = number ? m.session_numbered({ number }) : m.session();
  return other ? m.session_with({ session: name, name: other }) : name;
}
