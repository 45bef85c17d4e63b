import { m } from '../../paraglide/messages.js';
import { languageName, listed, prefs } from '../../shared/prefs.svelte';
import type { Gender, Way, WeekTime } from './api';

/** The ways of working that therapists state and clients wish for, each from one end (-2) to the other (2). */
export const ways: { key: keyof Way; title: () => string; ends: [() => string, () => string] }[] = [
  { key: 'talk', title: m.way_talk, ends: [m.way_talk_solutions, m.way_talk_open] },
  { key: 'lead', title: m.way_lead, ends: [m.way_lead_therapist, m.way_lead_client] },
  { key: 'time', title: m.way_time, ends: [m.way_time_past, m.way_time_now] },
  { key: 'tasks', title: m.way_tasks, ends: [m.way_tasks_with, m.way_tasks_without] }
];

/** What stands in the choices of one way, for -2 to 2. */
export function degreeName({ ends }: (typeof ways)[number], degree: number): string {
  if (degree === 0) return m.way_between();
  const end = ends[degree < 0 ? 0 : 1]();
  return Math.abs(degree) === 2 ? m.way_clearly({ end }) : m.way_rather({ end });
}

export const genders: Record<Gender, () => string> = { woman: m.gender_woman, man: m.gender_man, diverse: m.gender_diverse };

export const parts = ['morning', 'afternoon', 'evening'] as const;
export const partNames: Record<(typeof parts)[number], () => string> = {
  morning: m.part_morning,
  afternoon: m.part_afternoon,
  evening: m.part_evening
};
const ofDay: Record<(typeof parts)[number], (of: { day: string }) => string> = {
  morning: m.part_morning_of,
  afternoon: m.part_afternoon_of,
  evening: m.part_evening_of
};

export const days = [1, 2, 3, 4, 5, 6, 7];
/** 1 is Monday: the first of January 2024 was one. */
export const dayName = (day: number, length: 'long' | 'short' = 'long') =>
  new Intl.DateTimeFormat(prefs.locale, { weekday: length, timeZone: 'UTC' }).format(new Date(Date.UTC(2024, 0, day)));

/** "Tuesday evening and Thursday morning". */
export const timesName = (times: WeekTime[]) => listed(times.map(({ day, part }) => ofDay[part]({ day: dayName(day) })));

/** Languages to choose from, by name; `also` are those that were chosen before. */
const common = ['ar', 'bg', 'bs', 'cs', 'da', 'de', 'el', 'en', 'es', 'et', 'fa', 'fi', 'fr', 'he', 'hi', 'hr', 'hu', 'it', 'ja', 'ko', 'ku', 'lt', 'lv', 'nl', 'no', 'pl', 'ps', 'pt', 'ro', 'ru', 'sk', 'sl', 'so', 'sq', 'sr', 'sv', 'th', 'ti', 'tr', 'uk', 'ur', 'vi', 'zh'];
export const languages = (also: string[] = []) =>
  [...new Set([...common, ...also])]
    .map((code) => ({ code, name: languageName(code) }))
    .sort((a, b) => a.name.localeCompare(b.name, prefs.locale));
