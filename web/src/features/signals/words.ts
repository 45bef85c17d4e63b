import { m } from '../../paraglide/messages.js';
import { onWhen, prefs, when } from '../../shared/prefs.svelte';
import type { FollowUpResult, Signal, SignalDetails } from './api';

type Outcome = NonNullable<Signal['outcome']>;
type Done = SignalDetails['outcomes'][number];

export const levelOf = (level: Signal['level']) =>
  level === 'act' ? m.signal_level_act() : level === 'look' ? m.signal_level_look() : m.signal_level_info();

export const outcomeOf = (outcome: Outcome) =>
  ({ discussed: m.signal_discussed, acted: m.signal_acted, deferred: m.signal_deferred, false_alarm: m.signal_false_alarm })[outcome]();

export const resultOf = (result: FollowUpResult) =>
  ({ better: m.signal_better, same: m.signal_same, worse: m.signal_worse, unknown: m.signal_unknown })[result]();

/** How far one has got with it, in one sentence; "" where nobody is asked. */
export function standingOf(signal: Signal): string {
  if (!signal.holds) return m.signal_over();
  if (signal.follow_up_due) return m.signal_follow_up_due({ when: signal.follow_up_at ? onWhen(signal.follow_up_at) : '' });
  if (signal.waits) return signal.state === 'deferred' ? m.signal_deferred_over() : m.signal_open();
  if (signal.state === 'deferred' && signal.deferred_until) return m.signal_deferred_until({ when: when(signal.deferred_until, prefs.now) });
  return signal.outcome ? outcomeOf(signal.outcome) : '';
}

/** Of our own rules there is no work to cite: what follows the word is what the rule says. */
export const citationOf = ({ published, citation }: Pick<Signal, 'published' | 'citation'>) => (published ? citation : citation.replace(/^None: (.)/, (_, first: string) => first.toUpperCase()));

/** When one meant to look again. */
export function againOf({ follow_up, follow_up_at }: Pick<Done, 'follow_up' | 'follow_up_at'>): string {
  if (!follow_up) return '';
  return follow_up === 'next_session' ? m.signal_again_session() : m.signal_again_on({ when: follow_up_at ? when(follow_up_at, prefs.now) : '' });
}

/** What waits first, then what is to be looked at again, then the rest as the server has it: the latest first. */
export function inOrder(signals: Signal[]): Signal[] {
  const rank = (one: Signal) => (one.waits ? (one.level === 'act' ? 0 : 1) : one.follow_up_due ? 2 : 3);
  return [...signals].sort((a, b) => rank(a) - rank(b));
}
const newsLasts = 14 * 24 * 3_600_000;
/** What stands in sight; the rest is behind a line that opens. */
export const isAtHand = (one: Signal) =>
  one.waits || one.follow_up_due || (one.holds && one.level === 'info' && one.state === 'open' && prefs.now - Date.parse(one.at) < newsLasts);
