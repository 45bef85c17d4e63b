import { m } from '../../paraglide/messages.js';
import { app } from '../../shared/session.svelte';
import type { Approach, Goal, GoalStep } from '../between_sessions/api';
import { isOwn } from '../between_sessions/words';

/** How it stands with a goal, in a sentence that says who is to do something. */
export function standing(goal: Goal, name: string): string {
  if (goal.state === 'active') return goal.steps.some((one) => one.state === 'proposed') ? m.goal_active() : app.client ? m.goal_active_yours() : m.goal_active_own();
  if (goal.state === 'reached') return m.goal_reached();
  if (goal.state === 'set_aside') return m.goal_set_aside();
  return isOwn(goal.proposed_by) ? m.goal_waits_other({ name }) : m.goal_waits_you();
}

const steps: Record<GoalStep, () => string> = {
  accept: m.goal_accept, reach: m.goal_reach, set_aside: m.goal_put_aside, take_up: m.goal_take_up
};
/** What is not accepted is declined by setting it aside. */
export const stepName = (goal: Goal, step: GoalStep) =>
  step === 'set_aside' && goal.state === 'proposed' ? (isOwn(goal.proposed_by) ? m.goal_withdraw() : m.goal_decline()) : steps[step]();

const states: Record<Goal['state'], () => string> = {
  proposed: m.goal_step_proposed, active: m.goal_step_active, reached: m.goal_step_reached, set_aside: m.goal_step_set_aside
};
export const stateName = (state: Goal['state']) => states[state]();

/** What one works on first. */
const order: Goal['state'][] = ['proposed', 'active', 'reached', 'set_aside'];
export const inOrder = (goals: Goal[]) => [...goals].sort((one, other) => order.indexOf(one.state) - order.indexOf(other.state));

export function approachStanding(approach: Approach, name: string): string {
  if (approach.state === 'agreed') return m.approach_agreed();
  if (approach.state === 'declined') return m.approach_declined();
  if (approach.state === 'replaced') return m.approach_replaced();
  return isOwn(approach.proposed_by) ? m.goal_waits_other({ name }) : m.goal_waits_you();
}
