import { m } from '../../paraglide/messages.js';
import type { Meeting, OwnSwitch, Sessions, Summary } from './api';

export const parts: { key: keyof Summary; label: () => string; hint?: () => string }[] = [
  { key: 'goals', label: m.switch_part_goals },
  { key: 'approach', label: m.switch_part_approach },
  { key: 'reached', label: m.switch_part_reached },
  { key: 'helped', label: m.switch_part_helped },
  { key: 'not_helped', label: m.switch_part_not_helped },
  { key: 'more', label: m.switch_part_more, hint: m.switch_part_more_hint }
];

/** How the other therapist reads a part's name: it is not about their own goals. */
export function labelToOther(key: keyof Summary): string {
  if (key === 'goals') return m.switch_part_goals_other();
  if (key === 'approach') return m.switch_part_approach_other();
  return parts.find((part) => part.key === key)?.label() ?? '';
}

export const isOpen = (one: OwnSwitch | null): one is OwnSwitch => one !== null && one.state !== 'done' && one.state !== 'withdrawn';
export const isTold = (one: Pick<OwnSwitch, 'state'>) => one.state === 'told' || one.state === 'waiting';

export type Step = 'who' | 'what' | 'day' | 'look';
/** Where somebody goes on who comes back. */
export function stepOf(one: OwnSwitch): Step {
  if (one.state === 'started') return 'who';
  if (one.state === 'chosen') return 'what';
  if (one.state === 'written') return one.kind === 'planned' ? 'look' : 'day';
  return 'look';
}

export function meetingName(meeting: Meeting): string {
  return { none: m.switch_meeting_none(), joint: m.switch_meeting_joint(), therapists: m.switch_meeting_therapists() }[meeting];
}
/** The same, as the two therapists read it. */
export function meetingOfTwo(meeting: Meeting): string {
  return { none: m.switch_meeting_none(), joint: m.switch_meets_joint(), therapists: m.switch_meets_therapists() }[meeting];
}
export const sessionsName = (sessions: Sessions) => (sessions === 'keep' ? m.switch_sessions_keep() : m.switch_sessions_cancel());
