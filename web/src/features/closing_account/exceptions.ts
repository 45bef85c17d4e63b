import type { ExceptionEntry } from '../../shared/types';

/** Confirmed, and not yet to be read: until then whoever treated the client can refuse it. `now`: in ms. */
export const beginsLater = (one: ExceptionEntry | undefined, now: number): boolean => !!one?.begins_at && Date.parse(one.begins_at) > now;
