import { m } from '../../paraglide/messages.js';
import { when } from '../../shared/prefs.svelte';
import type { Form } from '../../shared/types';

/** How far it has come; of some forms a therapist is told that they were sent, and not when. */
export function howFar({ state, completed_at }: Pick<Form, 'state' | 'completed_at'>): string {
  if (state === 'completed') return completed_at ? m.form_sent_when({ when: when(completed_at) }) : m.form_sent();
  return state === 'asked' ? m.form_not_begun() : m.form_begun();
}
