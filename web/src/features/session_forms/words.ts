import { m } from '../../paraglide/messages.js';
import { when } from '../../shared/prefs.svelte';
import type { Form } from '../../shared/types';
import { stateOf } from '../questionnaires/own';

/** How far it has come; of some forms a therapist is told that they were sent, and not when. */
export const howFar = (form: Pick<Form, 'state' | 'completed_at' | 'respondent' | 'neutral_first' | 'items_allowed'>) =>
  form.state === 'completed' && form.completed_at ? m.form_sent_when({ when: when(form.completed_at) }) : stateOf(form);
