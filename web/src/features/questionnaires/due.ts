import { m } from '../../paraglide/messages.js';
import { byWhen, onWhen, prefs } from '../../shared/prefs.svelte';

/** By when a client is asked to send a form, or was. */
export function dueFor(due: string): string {
  return Date.parse(due) < prefs.now ? m.form_was_due({ when: onWhen(due) }) : m.form_due({ when: byWhen(due) });
}
