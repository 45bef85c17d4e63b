import { m } from '../../paraglide/messages.js';
import { prefs, when } from '../../shared/prefs.svelte';

/** By when a client is asked to send a form, or was. */
export function dueFor(due: string): string {
  const at = { when: when(due, prefs.now) };
  return Date.parse(due) < prefs.now ? m.form_was_due(at) : m.form_due(at);
}
