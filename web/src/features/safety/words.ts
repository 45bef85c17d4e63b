import { m } from '../../paraglide/messages.js';
import { reason } from '../notify/words';
import { byWhen, listed, onWhen, prefs, when } from '../../shared/prefs.svelte';
import type { Closing, Concern, ConcernDetails } from '../../shared/types';

export function kindOf(kind: Concern['kind']): string {
  if (kind === 'safety') return m.concern_safety();
  return kind === 'rift' ? m.concern_rift() : m.concern_unanswered();
}

/** What the form is called here: that about the therapist has no other name than ours. */
export const formOf = ({ kind, questionnaire }: Pick<Concern, 'kind' | 'questionnaire'>) => (kind === 'rift' ? m.form_name_risq() : questionnaire);

/** What nobody has closed yet, of all clients or of one episode. */
export const stillOpen = (concerns: Concern[], episode?: string) =>
  concerns.filter((one) => one.state !== 'closed' && (episode === undefined || one.episode === episode));

/** Whom the client works with, where that is not `self`; after a hand-over, whom it may be about as well. */
export function withWhom(concern: Concern, self: string | undefined): string[] {
  if (!concern.asked_under && !concern.therapist_now) return concern.therapist === self ? [] : [m.concern_with({ name: concern.therapist })];
  return [
    ...(concern.asked_under ? [m.concern_asked_under({ name: concern.asked_under })] : []),
    m.concern_sent_under({ name: concern.therapist }),
    m.concern_treats_now({ name: concern.therapist_now ?? concern.therapist })
  ];
}

/** How far it has got, for somebody of this name: since when nobody has looked, and by when somebody has to. "" once it
 *  is closed. */
export function waitsOf(concern: Concern, me: string): string {
  if (concern.acknowledged_at && concern.state === 'acknowledged') {
    return isMine(concern, me) ? m.concern_since_mine({ when: byWhen(concern.acknowledged_at) }) : lookedInto(concern.acknowledged_by ?? '', byWhen(concern.acknowledged_at));
  }
  if (concern.state !== 'open') return '';
  if (concern.escalated_at) return m.concern_late({ since: byWhen(concern.raised_at), when: onWhen(concern.acknowledge_by ?? concern.escalated_at) });
  return `${m.concerns_open()}. ${thenTold(concern)}`.trim();
}

/** Who is told if nobody looks; "" where no clock runs. */
export function thenTold({ acknowledge_by, then_supervisor }: Concern): string {
  if (!acknowledge_by) return '';
  return then_supervisor ? m.concern_by({ when: byWhen(acknowledge_by) }) : m.concern_by_nobody();
}

export const isMine = ({ acknowledged_by }: Concern, me: string) => acknowledged_by === me;

function lookedInto(name: string, when: string): string {
  return name ? m.concern_since_by({ name, when }) : m.concern_since({ when });
}

/** What somebody can have done about it: other things where it is about the therapist than where it is about harm. */
export const dispositionsFor = (kind: Concern['kind']) =>
  kind === 'rift'
    ? (['contacted', 'complaint_helped', 'therapist_changed', 'emergency_services', 'no_action'] as const)
    : (['assessed', 'contacted', 'emergency_services', 'safety_plan', 'no_action'] as const);

export const whatWasDone = (closing: Closing) =>
  ({
    assessed: m.disposition_assessed(),
    contacted: m.disposition_contacted(),
    emergency_services: m.disposition_emergency_services(),
    safety_plan: m.disposition_safety_plan(),
    complaint_helped: m.disposition_complaint_helped(),
    therapist_changed: m.disposition_therapist_changed(),
    no_action: m.disposition_no_action()
  })[closing.disposition];

/** What became of the mails: what no mail server took is said once, and is no fault of a single one. */
export function mailLines(mails: ConcernDetails['deliveries']): { text: string; bad: boolean }[] {
  const unserved = mails.filter((one) => one.state !== 'sent' && one.failure === 'no_server');
  const names = listed([...new Set(unserved.map((one) => one.to || m.concern_somebody()))]);
  return [
    ...(unserved.length > 0 ? [{ text: m.mail_state_no_server({ names }), bad: false }] : []),
    ...mails.filter((one) => !unserved.includes(one)).map((one) => ({ text: mailState(one), bad: one.state === 'failed' }))
  ];
}

/** How far a mail has got, and what is wrong with it, in a sentence. */
function mailState(mail: ConcernDetails['deliveries'][number]): string {
  const name = mail.to || m.concern_somebody();
  if (mail.state === 'sent') return m.mail_state_sent({ name, when: mail.at ? when(mail.at, prefs.now) : '' });
  if (!mail.failure) return m.mail_state_waiting({ name });
  const why = reason(mail.failure);
  return mail.state === 'failed' ? m.mail_state_failed({ name, why }) : m.mail_state_waiting_failed({ name, why });
}

export function stepOf(step: ConcernDetails['steps'][number]): string {
  const name = step.by || m.concern_somebody();
  if (step.step === 'raised') return m.step_raised();
  if (step.step === 'escalated') return m.step_escalated();
  if (step.step === 'acknowledged') return m.step_acknowledged({ name });
  if (step.step === 'reopened') return m.step_reopened({ name });
  return m.step_closed({ name, what: step.closing ? whatWasDone(step.closing) : '' });
}
