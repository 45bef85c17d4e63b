import type { Encounter, Form } from '../../shared/types';

/** Older than this, in milliseconds, what was due would only reproach; it still stands among all forms. */
const longAgo = 7 * 24 * 3600 * 1000;

export interface WaitingForm {
  form: Form;
  /** Its time is past, and the same is asked for anew on the like occasion: this one may be left out. */
  replaced: boolean;
  /** It was to be sent before a session that has begun without it; it may be left out. */
  late: boolean;
}

/** What was asked for together. */
export interface Round {
  key: string;
  occasion: Form['occasion'];
  /** The session it goes with; null: the therapist asked for it. */
  encounter: string | null;
  forms: WaitingForm[];
}

const asked = ({ asked_at }: Form) => Date.parse(asked_at);
const due = ({ due_at }: Form) => (due_at ? Date.parse(due_at) : null);
const keyOf = ({ encounter, occasion }: Form) => (encounter ? `${occasion} ${encounter}` : 'asked');

/** What is due soonest, then what has no date, then what is overdue; last what may be left out. */
function rank({ form, replaced, late }: WaitingForm, now: number): [number, number] {
  if (replaced || late) return [3, asked(form)];
  const until = due(form);
  if (until === null) return [1, asked(form)];
  return [until < now ? 2 : 0, until];
}

function isReplaced(form: Form, forms: Form[], now: number): boolean {
  const until = due(form);
  // What is still to come is for a session of its own.
  if (until !== null && until >= now) return false;
  return forms.some((other) => {
    if (other.questionnaire !== form.questionnaire || other.occasion !== form.occasion) return false;
    const later = due(other);
    return asked(other) > asked(form) || (until !== null && later !== null && later > until);
  });
}

/** The forms that a client has not sent yet, in the order in which to fill them in. `begun`: the ids of the sessions that
 *  have begun. What was to be sent before one of them would measure something else afterwards: it is not asked for any more
 *  unless it was begun itself. */
export function roundsOf(forms: Form[], now: number, begun = new Set<string>()): Round[] {
  const isLate = ({ occasion, encounter }: Form) => occasion === 'before_session' && encounter != null && begun.has(encounter);
  const waiting = forms
    .filter((form) => form.state !== 'completed' && (due(form) ?? now) > now - longAgo)
    .filter((form) => form.state === 'in_progress' || !isLate(form))
    .map((form) => ({ form, replaced: isReplaced(form, forms, now), late: isLate(form) }))
    .sort((a, b) => {
      const [first, second] = [rank(a, now), rank(b, now)];
      return first[0] - second[0] || first[1] - second[1];
    });
  const rounds = new Map<string, Round>();
  for (const one of waiting) {
    const key = keyOf(one.form);
    const round = rounds.get(key) ?? { key, occasion: one.form.occasion, encounter: one.form.encounter ?? null, forms: [] };
    round.forms.push(one);
    rounds.set(key, round);
  }
  return [...rounds.values()];
}

/** A form may be sent so long after a session has begun and still be from before it; in milliseconds. */
const justBegun = 10 * 60_000;

/** The ids of the sessions that have ended or have been going on for a while. */
export const begunOf = (sessions: Encounter[], now: number) =>
  new Set(sessions.filter((one) => one.ended_at || (one.began_at && now - Date.parse(one.began_at) > justBegun)).map((one) => one.id));

/** So long it stands on the first screen that an answer was passed on, in milliseconds; after that beside its form alone. */
const lately = 7 * 24 * 3600 * 1000;

/** Sent lately, and without a word on what the scores mean: that is left out beside an answer that was passed on. */
export const mayHavePassed = (form: Form, now: number) =>
  form.state === 'completed' && !form.scores?.band && !form.since_first && !form.since_previous &&
  now - Date.parse(form.completed_at ?? form.asked_at) < lately;
