import type { components } from '../../api/generated';
import { ask } from '../../shared/api';

type Schemas = components['schemas'];
export type Goals = Schemas['GoalsAnswer'];
export type Goal = Schemas['GoalAnswer'];
export type GoalStep = Schemas['GoalStep'];
export type Approaches = Schemas['ApproachesAnswer'];
export type Approach = Schemas['ApproachEntry'];
export type HomeworkPage = Schemas['HomeworkPage'];
export type Homework = Schemas['HomeworkAnswer'];
export type HomeworkKind = Schemas['HomeworkKind'];
export type HomeworkOutcome = Schemas['HomeworkOutcome'];
export type Entry = Schemas['EntryAnswer'];
export type Content = Schemas['EntryContent'];
export type ThinkingError = Schemas['ThinkingError'];
export type Achievement = Schemas['AchievementAnswer'];
export type AchievementKind = Schemas['AchievementKind'];
export type Side = Schemas['Side'];
export type Topic = Schemas['Topic'];

// Beside the other requests they would be part of what everybody loads first.
export const between = {
  goals: (episode: string) => ask('get', '/api/episodes/{episode}/goals', { episode }, undefined),
  addGoal: (episode: string, goal: Schemas['NewGoal']) => ask('post', '/api/episodes/{episode}/goals', { episode }, goal),
  takeStep: (goal: string, step: GoalStep) => ask('post', '/api/goals/{goal}/steps', { goal }, { step }),
  rate: (goal: string, rating: Schemas['NewRating']) => ask('post', '/api/goals/{goal}/ratings', { goal }, rating),
  approach: (episode: string) => ask('get', '/api/episodes/{episode}/approach', { episode }, undefined),
  proposeApproach: (episode: string, approach: Schemas['NewApproach']) =>
    ask('post', '/api/episodes/{episode}/approach', { episode }, approach),
  answerApproach: (approach: string, agrees: boolean) =>
    ask('put', '/api/approaches/{approach}/answer', { approach }, { agrees }),
  homework: (episode: string, before = '') =>
    ask('get', '/api/episodes/{episode}/homework', { episode }, undefined, before ? { before } : {}),
  give: (episode: string, homework: Schemas['NewHomework']) =>
    ask('post', '/api/episodes/{episode}/homework', { episode }, homework),
  takeBack: (homework: string) => ask('delete', '/api/homework/{homework}', { homework }, undefined),
  sayOutcome: (homework: string, outcome: HomeworkOutcome) =>
    ask('put', '/api/homework/{homework}/outcome', { homework }, { outcome }),
  remind: (homework: string, wanted: boolean) =>
    ask('put', '/api/homework/{homework}/reminder', { homework }, { wanted }),
  saveEntry: (homework: string, entry: string, based_on: number, content: Content) =>
    ask('put', '/api/homework/{homework}/entries/{entry}', { homework, entry }, { based_on, content }, {}, { outlive: true }),
  shareEntry: (entry: string, shared: boolean) =>
    ask('put', '/api/homework-entries/{entry}/shared', { entry }, { shared }),
  removeEntry: (entry: string) => ask('delete', '/api/homework-entries/{entry}', { entry }, undefined),
  achievements: (episode: string, before = '') =>
    ask('get', '/api/episodes/{episode}/achievements', { episode }, undefined, before ? { before } : {}),
  addAchievement: (episode: string, one: Schemas['NewAchievement']) =>
    ask('post', '/api/episodes/{episode}/achievements', { episode }, one),
  shareAchievement: (achievement: string, shared: boolean) =>
    ask('put', '/api/achievements/{achievement}/shared', { achievement }, { shared }),
  removeAchievement: (achievement: string) => ask('delete', '/api/achievements/{achievement}', { achievement }, undefined)
};
