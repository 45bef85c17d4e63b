import { m } from '../../paraglide/messages.js';
import { app } from '../../shared/session.svelte';
import type { Form } from '../../shared/types';

/** Whether it is ours to fill in. */
export const isOwn = ({ respondent }: Pick<Form, 'respondent'>) => respondent === (app.therapist ? 'therapist' : 'client');

/** Whether we see more of it than how far it has come. */
export const isOpenTo = (form: Pick<Form, 'respondent' | 'neutral_first' | 'items_allowed'>) =>
  isOwn(form) || form.items_allowed || (form.respondent === 'client' && !form.neutral_first);

/** Of what is for the neutral person a therapist is told that it was asked for and that it was sent, and nothing between. */
export const isUntold = (form: Pick<Form, 'respondent' | 'neutral_first' | 'items_allowed'>) => form.neutral_first && !isOwn(form) && !form.items_allowed;

/** How far it has come, as far as we are told. */
export function stateOf(form: Pick<Form, 'state' | 'respondent' | 'neutral_first' | 'items_allowed'>): string {
  if (form.state === 'completed') return m.form_sent();
  if (isUntold(form)) return m.form_asked();
  return form.state === 'asked' ? m.form_not_begun() : m.form_begun();
}
