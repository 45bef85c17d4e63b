import { m } from '../../paraglide/messages.js';
import { Problem } from '../../shared/api';
import { app, explain } from '../../shared/session.svelte';
import type { Side } from './api';

/** Where both may do something at once, what came in between. */
const between: Record<string, () => string> = {
  'goal.step': m.goal_elsewhere,
  'approach.over': m.approach_elsewhere,
  'homework.begun': m.homework_begun,
  'homework.taken_back': m.homework_is_taken_back
};

export const whyNot = (error: unknown) => (error instanceof Problem ? between[error.code]?.() : undefined) ?? explain(error);

/** Whether it was whoever looks; whoever stands in looks as the therapist does. */
export const isOwn = (side: Side) => (side === 'client') === app.client;

/** Who it was, without a name: a therapist of before was the therapist, too. */
export const sideName = (side: Side) => (side === 'therapist' ? m.between_therapist() : app.client ? m.between_you() : m.between_client());
