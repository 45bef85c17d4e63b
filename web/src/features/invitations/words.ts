import { m } from '../../paraglide/messages.js';
import { when } from '../../shared/prefs.svelte';
import type { Invitation } from '../../shared/types';
import { reason } from '../notify/words';

export function stateOf(one: Invitation): string {
  if (one.state === 'used') return m.invitation_used();
  if (one.state === 'withdrawn') return m.invitation_withdrawn();
  if (one.state === 'expired') return m.invitation_expired({ when: when(one.ends_at) });
  return m.invitation_sent({ when: when(one.ends_at) });
}

/** How far its mail has come, if one was to go out. */
export function mailOf(one: Invitation): string {
  if (one.state !== 'sent' || !one.mail) return '';
  if (one.mail === 'sent') return m.invitation_mail_sent();
  const why = one.mail_failure ? reason(one.mail_failure) : '';
  return one.mail === 'failed' ? m.invitation_mail_failed({ why }) : why ? m.invitation_mail_again({ why }) : m.invitation_mail_waiting();
}
