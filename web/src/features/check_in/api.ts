import type { components } from '../../api/generated';
import { ask } from '../../shared/api';

type Schemas = components['schemas'];
export type CheckIn = Schemas['CheckInAnswer'];
export type CheckInContent = Schemas['CheckInContent'];
export type CheckInAhead = Schemas['CheckInAhead'];
export type CheckInTopic = Schemas['CheckInTopic'];
export type CheckInVersion = Schemas['CheckInVersion'];
export type Gate = Schemas['SafetyGateAnswer'];
export type Whereabouts = Schemas['Whereabouts'];
export type Preparation = Schemas['PreparationAnswer'];
export type EarlierExamples = Schemas['EarlierExamples'];
export type EarlierExample = Schemas['EarlierExample'];

// Beside the other requests they would be part of what everybody loads first.
export const opening = {
  ahead: async () => (await ask('get', '/api/check-ins', {}, undefined)).check_ins,
  checkIn: (encounter: string) => ask('get', '/api/encounters/{encounter}/check-in', { encounter }, undefined),
  saveDraft: (encounter: string, based_on: number, content: CheckInContent) =>
    ask('put', '/api/encounters/{encounter}/check-in/draft', { encounter }, { based_on, content }, {}, { outlive: true }),
  send: (encounter: string, based_on: number, content: CheckInContent) =>
    ask('post', '/api/encounters/{encounter}/check-in', { encounter }, { based_on, content }),
  remind: (encounter: string, wanted: boolean) =>
    ask('put', '/api/encounters/{encounter}/check-in/reminder', { encounter }, { wanted }),
  gate: (encounter: string) => ask('get', '/api/encounters/{encounter}/whereabouts', { encounter }, undefined),
  sayWhere: (encounter: string, answers: Whereabouts, keep_usual: boolean) =>
    ask('put', '/api/encounters/{encounter}/whereabouts', { encounter }, { answers, keep_usual }),
  skipWhere: (encounter: string) => ask('post', '/api/encounters/{encounter}/whereabouts/skip', { encounter }, undefined),
  forgetUsual: () => ask('delete', '/api/me/usual-place', {}, undefined),
  preparation: (encounter: string) => ask('get', '/api/encounters/{encounter}/preparation', { encounter }, undefined),
  examples: (encounter: string) => ask('get', '/api/encounters/{encounter}/earlier-examples', { encounter }, undefined)
};
