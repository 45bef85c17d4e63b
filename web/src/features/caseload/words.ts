import { m } from '../../paraglide/messages.js';
import { byWhen, onWhen, prefs, when } from '../../shared/prefs.svelte';
import type { CaseloadClient, CaseloadReason } from '../../shared/types';
import { formName, rounded } from '../questionnaires/words';

const whenOf = (iso: string | null | undefined) => (iso ? when(iso, prefs.now) : '');

/** "GAD-7 was 11, 3 points worse (12 Nov, 12:48).": a date before the sentence would put a colon beside those of its own. */
const dated = (sentence: string, at: string) => (at && sentence ? `${sentence.replace(/\.$/, '')} (${at}).` : sentence);

/** What stands there may be of some weeks ago. */
const sinceThen = ({ latest, latest_at }: Pick<CaseloadReason, 'latest' | 'latest_at'>) =>
  latest === undefined || latest === null ? '' : ` ${m.caseload_since_then({ value: rounded(latest), when: whenOf(latest_at) })}`;

/** Why the client needs us, in one sentence. */
export function reasonOf({ session }: Pick<CaseloadClient, 'session'>, reason: CaseloadReason): string {
  const at = { when: whenOf(reason.at) };
  const on = reason.at ? onWhen(reason.at) : '';
  const form = formName({ questionnaire: reason.questionnaire ?? '', name: reason.name ?? '' });
  const count = reason.count ?? 0;
  switch (reason.kind) {
    case 'concern': return reason.until ? m.why_concern_until({ form, until: whenOf(reason.until), ...at }) : m.why_concern({ form, ...at });
    case 'concern_unanswered': return m.why_unanswered({ form, ...at });
    case 'urgent': return m.why_urgent(at);
    case 'session_open': return m.session_open({ number: session?.number ?? 0 });
    case 'reply_overdue': return m.overdue({ when: on });
    case 'signal_act':
    case 'signal_look': return `${dated(reason.words ?? '', at.when)}${sinceThen(reason)}${count > 1 ? ` ${m.why_more({ count: count - 1 })}` : ''}`;
    case 'contact_overdue': return m.why_contact_overdue({ when: on });
    case 'contact_due': return m.why_contact_due({ when: reason.at ? byWhen(reason.at) : '' });
    case 'follow_up': return m.why_follow_up({ what: reason.words ?? '', when: on });
    case 'session_not_begun': return m.why_not_begun({ when: on });
    case 'reply_due': return reason.at ? m.reply_by({ when: byWhen(reason.at) }) : m.waiting_since({ when: reason.since ? byWhen(reason.since) : '' });
    case 'unread': return m.why_unread({ count, ...at });
    case 'form_missing': return count > 1 ? m.why_forms({ count, when: on }) : m.why_form({ form, when: on });
    case 'own_form_missing': return count > 1 ? m.why_own_forms({ count, when: on }) : m.why_own_form({ form, when: on });
    case 'session_soon': return m.why_soon(at);
  }
}

/** What cannot wait for another day is told apart by more than its place. */
export const isGrave = ({ kind }: CaseloadReason) =>
  ['concern', 'concern_unanswered', 'urgent', 'session_open', 'signal_act', 'reply_overdue', 'contact_overdue', 'session_not_begun'].includes(kind);
