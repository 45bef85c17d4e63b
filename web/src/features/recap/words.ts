import { m } from '../../paraglide/messages.js';
import { when } from '../../shared/prefs.svelte';
import { app } from '../../shared/session.svelte';
import type { Episode } from '../../shared/types';
import type { RecapContent, RecapLine } from './api';

/** A line as it is read: of a goal that is rated higher with both numbers. */
export const lineText = ({ text, from, to }: Pick<RecapLine, 'text' | 'from' | 'to'>): string =>
  typeof from === 'number' && typeof to === 'number' ? m.recap_progress({ text, from, to }) : text;

/** Where it comes from. */
export function sourceName({ source, by }: Pick<RecapLine, 'source' | 'by'>): string {
  if (source !== 'own') {
    return {
      achievement: m.recap_from_achievement(),
      homework: m.recap_from_homework(), homework_partly: m.recap_from_homework_partly(),
      goal_rated: m.recap_from_goal_rated(), goal_reached: m.recap_from_goal_reached(),
      check_in: m.recap_from_check_in()
    }[source];
  }
  if (by === 'therapist') return app.client ? m.recap_from_own_therapist() : m.recap_from_own_you();
  return app.client ? m.recap_from_own_you() : m.recap_from_own_client();
}

/** Who reads what the client says of a session: whoever treats, also while they are away. Nobody once they have left. */
export const hearerOf = (episode: Pick<Episode, 'therapist' | 'away'> | null): Episode['therapist'] | undefined =>
  episode?.away && !episode.away.until ? undefined : episode?.therapist;

/** The recap as a text file that opens everywhere; lines end as every editor takes it. */
export function asText(title: string, confirmed: string, content: RecapContent): string {
  const parts = [title, m.recap_confirmed_at({ when: when(confirmed) })];
  const list = (heading: string, lines: string[]) => {
    if (lines.length > 0) parts.push(`${heading}\n${lines.map((one) => `- ${one}`).join('\n')}`);
  };
  list(m.recap_achieved(), content.lines.map(lineText));
  if (content.with_us) parts.push(`${m.recap_with_us_title()}\n${content.with_us}`);
  list(m.recap_homework(), content.homework.map((one) => (one.due ? `${one.title} (${m.recap_due({ when: when(one.due) })})` : one.title)));
  if (content.next) parts.push(`${m.recap_next()}\n${when(content.next.starts_at)}`);
  return `${parts.join('\n\n')}\n`.replace(/\r?\n/g, '\r\n');
}
