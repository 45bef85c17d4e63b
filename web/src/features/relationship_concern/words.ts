import { m } from '../../paraglide/messages.js';
import type { Agreement, Heard, IsItBetter, OwnConcern, Part, Telling } from './api';

export function partOf(part: Part): string {
  return part === 'therapist' ? m.between_part_therapist() : m.between_part_neutral();
}

export function answerOf(answer: IsItBetter): string {
  return { better: m.between_better(), same: m.between_same(), worse: m.between_worse() }[answer];
}

export function stateOf(state: OwnConcern['state']): string {
  return {
    kept: m.between_state_kept(),
    told: m.between_state_told(),
    heard: m.between_state_heard(),
    agreed: m.between_state_agreed(),
    asked: m.between_state_asked(),
    better: m.between_better(),
    not_better: m.between_state_not_better(),
    closed: m.between_state_closed(),
    withdrawn: m.between_state_withdrawn()
  }[state];
}

export function heardStateOf(state: Heard['state']): string {
  return {
    told: m.between_heard_told(),
    heard: m.between_heard_heard(),
    agreed: m.between_heard_agreed(),
    closed: m.between_heard_closed()
  }[state];
}

export const isOpen = (one: OwnConcern) => one.state !== 'closed' && one.state !== 'withdrawn';
export const hearing = (one: OwnConcern): Telling[] => one.tellings.filter((telling) => telling.hears);
/** The last of what each wrote down, whatever the other wrote since. */
const latest = (agreements: Agreement[]): Agreement[] =>
  agreements.filter((one, at) => !agreements.slice(at + 1).some((later) => later.telling === one.telling));
/** What the client has not answered yet: of what each wrote down only the latest can be. */
export const toAgree = (agreements: Agreement[]): Agreement[] => latest(agreements).filter((one) => !one.answered_at);
/** What holds now: with each the latest that was agreed to. */
export const agreed = (agreements: Agreement[]): Agreement[] => latest(agreements.filter((one) => one.agrees === true));
