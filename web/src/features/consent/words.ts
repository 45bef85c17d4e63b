import { m } from '../../paraglide/messages.js';
import { date, fully } from '../../shared/prefs.svelte';
import type { Consent, ConsentStep } from '../../shared/types';

/** The purpose without which there is no therapy here. */
export const eTherapy = 'e_therapy';

/** "2026-11-29.1": people know a text by its day; the number tells two of one day apart. */
export function versionName(version: string): string {
  const [day = '', number = '1'] = version.split('.');
  return number === '1' ? date(day) : m.consent_version_of_day({ day: date(day), number });
}

/** What holds now, in one sentence. */
export function stateOf(consent: Consent): string {
  const when = consent.since ? fully(consent.since) : '';
  if (consent.state === 'given') return m.consent_given({ when });
  if (consent.state === 'outdated') return m.consent_outdated({ when });
  if (consent.state === 'withdrawn') return m.consent_withdrawn({ when });
  if (consent.state === 'put_back') return m.consent_put_back({ when });
  return m.consent_never();
}

/** What can be chosen from here; the order is that of the buttons. */
export function choicesOf(consent: Consent): ('give' | 'withdraw')[] {
  if (consent.state === 'given') return ['withdraw'];
  return consent.state === 'outdated' ? ['give', 'withdraw'] : ['give'];
}

export function stepName(step: ConsentStep): string {
  const values = { when: fully(step.at), version: versionName(step.version) };
  if (step.put_back_to) return m.consent_step_put_back(values);
  return step.given ? m.consent_step_given(values) : m.consent_step_withdrawn(values);
}
