import type { components } from '../../api/generated';
import { ask } from '../../shared/api';

type Schemas = components['schemas'];
export type Recap = Schemas['RecapAnswer'];
export type RecapContent = Schemas['RecapContent'];
export type RecapLine = Schemas['RecapLine'];
export type RecapHomework = Schemas['RecapHomework'];
export type RecapNext = Schemas['RecapNext'];
export type RecapToSave = Schemas['RecapToSave'];
export type RecapStep = Schemas['RecapStepToTake'];
export type OwnRecap = Schemas['OwnRecapAnswer'];

// Beside the other requests they would be part of what everybody loads first.
export const recaps = {
  read: (encounter: string) => ask('get', '/api/encounters/{encounter}/recap', { encounter }, undefined),
  save: (encounter: string, recap: RecapToSave) =>
    ask('put', '/api/encounters/{encounter}/recap', { encounter }, recap, {}, { outlive: true }),
  step: (encounter: string, step: Schemas['RecapStepTaken']) =>
    ask('post', '/api/encounters/{encounter}/recap/steps', { encounter }, step),
  own: (before = '') => ask('get', '/api/recaps', {}, undefined, before ? { before } : {}),
  sayFeedback: (encounter: string, feedback: Schemas['FeedbackToGive']) =>
    ask('post', '/api/encounters/{encounter}/feedback', { encounter }, feedback)
};
