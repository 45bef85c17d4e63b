import { m } from '../../paraglide/messages.js';
import { firstDay, lastDay } from '../../shared/prefs.svelte';
import type { Absence } from '../../shared/types';

/** Whoever looks is asked, and has not answered. */
export const asks = (one: Absence, me: string) => one.deputy.id === me && one.state === 'asked';

/** From when to when, and what has come of it, in the words of whoever looks. */
export function sentence(one: Absence, me: string): string {
  const dates = { from: firstDay(one.from), until: lastDay(one.until) };
  const deputy = one.deputy.name;
  const name = one.therapist.name;
  if (one.deputy.id === me) {
    if (one.state === 'asked') return m.absence_asks({ ...dates, name });
    return one.state === 'agreed' ? m.absence_agreed_mine({ ...dates, name }) : m.absence_declined_mine({ ...dates, name });
  }
  const by = one.announced_by && (one.announced_by.name || m.concern_somebody());
  const mine = () => (by ? m.absence_you_by({ ...dates, by }) : m.absence_you(dates));
  const who = one.therapist.id === me ? mine() : m.absence_of({ ...dates, name });
  const what = { asked: m.absence_asked, agreed: m.absence_agreed, declined: m.absence_declined }[one.state];
  return `${who} ${what({ deputy })}`;
}

/** The first moment of a day as somebody chose it in a field, or of the day after; in their own zone. */
export function beginningOf(day: string, later = 0): string {
  const [year, month, date] = day.split('-').map(Number);
  const at = new Date(year ?? 0, (month ?? 1) - 1, (date ?? 1) + later);
  return at.toISOString();
}

const longest = 56;

/** What is wrong with the days of an absence that begins with the one and ends with the other, as fields give them; "" where
 *  nothing is. `today` is such a day, too. It is always the last one that has to be another. */
export function wrongDays(from: string, until: string, today: string): string {
  if (until < from) return m.absence_reversed();
  if (until < today) return m.absence_past();
  return (Date.parse(until) - Date.parse(from)) / 86_400_000 >= longest ? m.absence_long() : '';
}
