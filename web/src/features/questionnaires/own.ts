import { app } from '../../shared/session.svelte';
import type { Form } from '../../shared/types';

/** Whether it is ours to fill in. */
export const isOwn = ({ respondent }: Pick<Form, 'respondent'>) => respondent === (app.therapist ? 'therapist' : 'client');

/** Whether we see more of it than how far it has come. */
export const isOpenTo = (form: Pick<Form, 'respondent' | 'neutral_first' | 'items_allowed'>) =>
  isOwn(form) || form.items_allowed || (form.respondent === 'client' && !form.neutral_first);
