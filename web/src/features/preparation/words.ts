import { m } from '../../paraglide/messages.js';
import { prefs } from '../../shared/prefs.svelte';
import { paths } from '../../shared/router.svelte';
import type { EarlierExample } from '../check_in/api';

const kinds: Record<EarlierExample['kind'], () => string> = {
  achievement: m.examples_kind_achievement, mood: m.examples_kind_mood, homework: m.examples_kind_homework, goal: m.examples_kind_goal, message: m.examples_kind_message
};
export const kindName = (kind: EarlierExample['kind']) => kinds[kind]();

/** Half steps are enough of a mean. */
const rounded = (value: number) => new Intl.NumberFormat(prefs.locale, { maximumFractionDigits: 1 }).format(value);

/** What it was, in the client's words, and how it differs where numbers say so. */
export function exampleText(one: EarlierExample): string {
  if (one.kind === 'mood') {
    const says = m.examples_mood({ mood: one.value ?? 0, mean: rounded(one.mean_before ?? 0) });
    return one.text ? `${says} ${one.text}` : says;
  }
  if (one.kind === 'goal') return m.examples_goal({ goal: one.text, now: one.value ?? 0, before: one.before ?? 0 });
  if (one.kind === 'homework') return m.examples_homework({ homework: one.text });
  return one.text;
}

/** Where it stands. */
export function linkOf(one: EarlierExample, episode: string, chat: string): string {
  if (one.kind !== 'message') return paths.kept(episode, one.source);
  return one.room && one.room !== chat ? paths.thread(episode, one.room) : paths.chat(episode);
}

/** The section of the notes for what one will do; where a practice has none of that name, the first. */
const section = 'next';

/** All sections as they are to be kept, with the example at the end of one. */
export function withExample(sections: { key: string; text: string }[], example: string): { key: string; text: string }[] {
  const at = Math.max(0, sections.findIndex((one) => one.key === section));
  return sections.map(({ key, text }, index) => ({ key, text: index === at ? [text, m.examples_note({ example })].filter(Boolean).join('\n') : text }));
}
