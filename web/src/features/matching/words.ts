import { m } from '../../paraglide/messages.js';
import { languageName } from '../../shared/prefs.svelte';
import { genders, timesName, ways } from '../therapist_profiles/words';
import type { FitReason } from './api';

type WayWish = 'talk' | 'lead' | 'time' | 'tasks';

/** What a therapist says of how they work: towards the one end, in between, towards the other. */
const own: Record<WayWish, [() => string, () => string, () => string]> = {
  talk: [m.fit_talk_solutions, m.fit_talk_both, m.fit_talk_open],
  lead: [m.fit_lead_therapist, m.fit_lead_both, m.fit_lead_client],
  time: [m.fit_time_past, m.fit_time_both, m.fit_time_now],
  tasks: [m.fit_tasks_with, m.fit_tasks_both, m.fit_tasks_without]
};
const titleOf = (wish: WayWish) => ways.find((one) => one.key === wish)?.title() ?? '';
const ownWay = (wish: WayWish, way: number) => own[wish][way < 0 ? 0 : way === 0 ? 1 : 2]();
const isWay = (wish: FitReason['wish']): wish is WayWish => wish in own;

/** Why somebody fits, as a sentence without its subject: "speaks Turkish". */
export function metName(reason: FitReason): string {
  const { wish } = reason;
  if (isWay(wish)) return ownWay(wish, reason.way ?? 0);
  if (wish === 'language') return m.fit_speaks({ language: languageName(reason.language ?? '') });
  if (wish === 'gender') return genderName(reason);
  return m.fit_has_time({ times: timesName(reason.times) });
}

function genderName({ gender }: FitReason): string {
  return gender === 'woman' ? m.fit_is_woman() : gender === 'man' ? m.fit_is_man() : m.fit_is_diverse();
}

/** In what somebody is other than wished: "does not speak Turkish". */
export function unmetName(reason: FitReason): string {
  const { wish } = reason;
  if (isWay(wish)) return reason.way == null ? m.fit_says_nothing({ what: titleOf(wish) }) : ownWay(wish, reason.way);
  if (wish === 'language') return m.fit_speaks_not({ language: languageName(reason.language ?? '') });
  if (wish === 'gender') return m.fit_gender_not({ gender: genders[reason.gender ?? 'diverse']() });
  return m.fit_no_time();
}

/** A wish that nobody meets. */
export function wishName(reason: FitReason): string {
  const { wish } = reason;
  if (isWay(wish)) return titleOf(wish);
  if (wish === 'language') return languageName(reason.language ?? '');
  if (wish === 'gender') return genders[reason.gender ?? 'diverse']();
  return m.fit_times();
}
