import { m } from '../../paraglide/messages.js';
import { byWhen, onWhen, prefs } from '../../shared/prefs.svelte';

/** By when a client is asked to send a form, or was; `told`: to their therapist. */
export function dueFor(due: string, told = false): string {
  if (Date.parse(due) < prefs.now) return m.form_was_due({ when: onWhen(due) });
  return told ? m.form_due_therapist({ when: byWhen(due) }) : m.form_due({ when: byWhen(due) });
}
