import { m } from '../../paraglide/messages.js';
import { prefs } from '../../shared/prefs.svelte';
import type { Content, Homework, HomeworkKind, HomeworkOutcome, ThinkingError } from '../between_sessions/api';

const kinds: Record<HomeworkKind, { name: () => string; about: () => string; begin: () => string }> = {
  task: { name: m.homework_task, about: m.homework_task_about, begin: m.homework_task_begin },
  diary: { name: m.homework_diary, about: m.homework_diary_about, begin: m.homework_diary_begin },
  thought_record: { name: m.homework_thought, about: m.homework_thought_about, begin: m.homework_thought_begin },
  activity_plan: { name: m.homework_plan, about: m.homework_plan_about, begin: m.homework_plan_begin }
};
export const allKinds = Object.keys(kinds) as HomeworkKind[];
export const kindName = (kind: HomeworkKind) => kinds[kind].name();
export const kindAbout = (kind: HomeworkKind) => kinds[kind].about();
export const beginName = (kind: HomeworkKind) => kinds[kind].begin();

const states: Record<Homework['state'], () => string> = {
  open: m.homework_open, done: m.homework_done, partly: m.homework_partly, not_done: m.homework_not_done, taken_back: m.homework_taken_back
};
export const stateName = (state: Homework['state']) => states[state]();

const outcomes: Record<HomeworkOutcome, () => string> = {
  done: m.homework_say_done, partly: m.homework_say_partly, not_done: m.homework_say_not, open: m.homework_say_open
};
export const outcomeName = (outcome: HomeworkOutcome) => outcomes[outcome]();
export const outcomesFrom = (state: Homework['state']) =>
  (['done', 'partly', 'not_done', 'open'] as HomeworkOutcome[]).filter((one) => one !== state);

type Field = { key: keyof Content; label: () => string; kind: 'words' | 'line' | 'strength' | 'errors' | 'day' | 'yes' };
const fields: Record<HomeworkKind, Field[]> = {
  task: [{ key: 'text', label: m.entry_task, kind: 'words' }],
  diary: [{ key: 'text', label: m.entry_diary, kind: 'words' }],
  thought_record: [
    { key: 'situation', label: m.entry_situation, kind: 'words' },
    { key: 'thought', label: m.entry_thought, kind: 'words' },
    { key: 'feeling', label: m.entry_feeling, kind: 'line' },
    { key: 'strength', label: m.entry_strength, kind: 'strength' },
    { key: 'thinking_errors', label: m.entry_errors, kind: 'errors' },
    { key: 'other_view', label: m.entry_other_view, kind: 'words' },
    { key: 'feeling_after', label: m.entry_feeling_after, kind: 'line' },
    { key: 'strength_after', label: m.entry_strength_after, kind: 'strength' }
  ],
  activity_plan: [
    { key: 'day', label: m.entry_day, kind: 'day' },
    { key: 'activity', label: m.entry_activity, kind: 'line' },
    { key: 'done', label: m.entry_done, kind: 'yes' },
    { key: 'how', label: m.entry_how, kind: 'words' }
  ]
};
export const fieldsOf = (kind: HomeworkKind) => fields[kind];

/** Only what was filled in. */
export function filledIn(content: Content): Content {
  const kept = Object.entries(content).filter(([, value]) => value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(kept) as Content;
}

export function shownValue(field: Field, content: Content, errors: ThinkingError[]): string {
  const value = content[field.key];
  if (value === undefined || value === null || value === '') return '';
  if (field.kind === 'errors') return (value as string[]).map((key) => errors.find((one) => one.key === key)?.name[prefs.locale] ?? key).join(', ');
  if (field.kind === 'yes') return value ? m.entry_yes() : m.entry_no();
  if (field.kind === 'strength') return `${String(value)} / 10`;
  return String(value);
}

/** What an entry is called where only a few words fit. */
export const gist = (content: Content) => content.text ?? content.situation ?? content.thought ?? content.activity ?? content.feeling ?? '';
