import { m } from '../../paraglide/messages.js';
import type { components } from '../../api/generated';
import type { MailState } from '../../shared/types';

/** Why a notice did not reach this browser. */
export function pushReason(failure: string): string {
  return failure === 'refused' ? m.push_refused() : failure === 'not_needed' ? m.mail_not_needed() : m.push_unreachable();
}

/** Why a mail did not leave, as a sentence; `failure` is a word of the server's. */
export function reason(failure: components['schemas']['UndeliveredMail']['failure'] | null | undefined): string {
  switch (failure) {
    case 'no_server': return m.mail_no_server();
    case 'no_address': return m.mail_no_address();
    case 'no_encryption': return m.mail_no_encryption();
    case 'certificate': return m.mail_certificate();
    case 'login_refused': return m.mail_login_refused();
    case 'not_needed': return m.mail_not_needed();
    case 'refused': return m.mail_refused();
    default: return m.mail_unreachable();
  }
}

/** The latest mail that did not leave and that something can be done about: that the practice sends none, or that no address
 *  is given, is said where that stands. */
export const troubleOf = ({ undelivered }: Pick<MailState, 'undelivered'>) =>
  undelivered.find(({ failure }) => failure !== 'no_server' && failure !== 'no_address');
