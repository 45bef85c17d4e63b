import { m } from '../../paraglide/messages.js';
import { byWhen, date, prefs } from '../../shared/prefs.svelte';
import type { components } from '../../api/generated';

export type Plan = components['schemas']['MeasurementPlan'];
export type Planned = Plan['forms'][number];
export type When = Planned['when'];
export type Missed = components['schemas']['MissedOne'];
export type Care = components['schemas']['CareAnswer'];
export type Decision = Care['agreed'][number];

/** In the order in which they come in a treatment. */
export const whens: When[] = ['at_start', 'before_session', 'after_session', 'every_weeks', 'at_end'];
/** So many forms can go with one of them. */
export const most = 6;

export function whenName(when: When): string {
  switch (when) {
    case 'at_start': return m.plan_start();
    case 'before_session': return m.plan_before();
    case 'after_session': return m.plan_after();
    case 'every_weeks': return m.plan_weeks();
    case 'at_end': return m.plan_end();
  }
}

export const everyName = (weeks: number) => (weeks === 1 ? m.plan_every_week() : m.plan_every({ weeks }));

type Offered = { id: string; languages: string[] };

/** The languages of a form that is not in the reader's; none where it is, or where it is not known. */
export function foreignTo({ questionnaire }: Pick<Planned, 'questionnaire'>, offered: Offered[]): string[] {
  const languages = offered.find((one) => one.id === questionnaire)?.languages ?? [];
  return languages.some((one) => one.split('-')[0] === prefs.locale) ? [] : languages;
}

/** What asks about the same and is in the reader's language, where it is not asked at that time already. */
export function inPlaceOf<One extends Offered>({ questionnaire, kept }: Pick<Planned, 'questionnaire' | 'kept'>, offered: One[], same: Pick<Planned, 'questionnaire'>[]): One | undefined {
  if (questionnaire !== 'sparq' || kept || same.some((one) => one.questionnaire === 'check-in')) return undefined;
  return offered.find((one) => one.id === 'check-in' && foreignTo({ questionnaire: one.id }, offered).length === 0);
}

export interface Minutes {
  session: number;
  month: number;
  once: number;
}

const daysInMonth = 365.25 / 12;
const minutes = (seconds: number) => Math.ceil(seconds / 60);

/** Whether two plans ask for the same; when it is next asked for does not count. */
export const isSame = (some: Pick<Planned, 'questionnaire' | 'when' | 'weeks'>[], others: Pick<Planned, 'questionnaire' | 'when' | 'weeks'>[]) =>
  some.length === others.length && some.every((one, place) => {
    const other = others[place];
    return other && one.questionnaire === other.questionnaire && one.when === other.when && (one.weeks ?? 0) === (other.weeks ?? 0);
  });

/** How long one of the two is asked to answer, as the server reckons it; here for what is not saved yet. */
export function minutesOf(forms: Pick<Planned, 'respondent' | 'when' | 'weeks' | 'questions'>[], respondent: Planned['respondent'], plan: Pick<Plan, 'seconds_for_question' | 'sessions_a_month'>): Minutes {
  const seconds = { session: 0, month: 0, once: 0 };
  for (const form of forms.filter((one) => one.respondent === respondent)) {
    const takes = form.questions * plan.seconds_for_question;
    if (form.when === 'every_weeks') seconds.month += (takes * daysInMonth) / (7 * (form.weeks ?? 1));
    else if (form.when === 'at_start' || form.when === 'at_end') seconds.once += takes;
    else seconds.session += takes;
  }
  seconds.month += seconds.session * plan.sessions_a_month;
  return { session: minutes(seconds.session), month: minutes(Math.round(seconds.month)), once: minutes(seconds.once) };
}

export { rounded as tenths } from '../questionnaires/words';

/** Our own rule, too: above these minutes the screens say that it is much. */
export const isMuch = ({ session, month }: Minutes) => session > 10 || month > 45;

/** "once a week", "twice in 3 weeks" in words. */
export function oftenName({ sessions, weeks }: Pick<Decision, 'sessions' | 'weeks'>): string {
  if (sessions === 1) return weeks === 1 ? m.care_weekly() : m.care_every({ weeks });
  return weeks === 1 ? m.care_times_week({ sessions }) : m.care_times({ sessions, weeks });
}

/** The version of a rule is the day it was written, and which of that day: readers are told the day. */
export const ruleDay = (version: string) => (/^\d{4}-\d{2}-\d{2}\.\d+$/.test(version) ? date(version.slice(0, 10)) : version);

/** Once the two have met or its time has passed, nobody waits for the first contact any more. */
export const contactAhead = ({ first_contact_by, first_contact_hours }: Pick<Decision, 'first_contact_by' | 'first_contact_hours'>, { met }: Pick<Care, 'met'>, now: number) =>
  !met && first_contact_hours != null && (!first_contact_by || Date.parse(first_contact_by) > now);

export const firstContact = ({ first_contact_by, first_contact_hours }: Pick<Decision, 'first_contact_by' | 'first_contact_hours'>) =>
  first_contact_by ? m.care_first_by({ when: byWhen(first_contact_by) }) : m.care_first_within({ hours: first_contact_hours ?? 0 });
