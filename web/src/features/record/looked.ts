import type { AccessLine } from '../../shared/types';

/** What one person did of one kind on one day. `from` and `until` are the same when it was once. */
export interface Act {
  what: string;
  from: string;
  until: string;
  times: number;
}
export interface Looker {
  who: string;
  role: string | null;
  acts: Act[];
}
export interface Day {
  /** The time of the latest of it. */
  at: string;
  people: Looker[];
}

const dayOf = (iso: string) => new Date(iso).toDateString();

/** The latest first, as the server tells them; whoever did the same again stands there once, with how often. */
export function byDay(lines: AccessLine[]): Day[] {
  const days: Day[] = [];
  for (const line of lines) {
    let day = days.at(-1);
    if (!day || dayOf(day.at) !== dayOf(line.at)) days.push((day = { at: line.at, people: [] }));
    let looker = day.people.find((one) => one.who === line.who && one.role === (line.role ?? null));
    if (!looker) day.people.push((looker = { who: line.who, role: line.role ?? null, acts: [] }));
    const times = Math.max(line.count, 1);
    const act = looker.acts.find((one) => one.what === line.what);
    if (act) {
      act.from = line.at;
      act.times += times;
    } else {
      looker.acts.push({ what: line.what, from: line.at, until: line.at, times });
    }
  }
  return days;
}
