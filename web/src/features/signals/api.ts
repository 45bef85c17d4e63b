import type { components } from '../../api/generated';
import { ask } from '../../shared/api';

type Schemas = components['schemas'];
export type Signal = Schemas['SignalEntry'];
export type SignalDetails = Schemas['SignalDetails'];
export type OutcomeToRecord = Schemas['OutcomeToRecord'];
export type FollowUpResult = Schemas['FollowUpResult'];

// Beside the other requests they would be part of what everybody loads first.
export const signals = {
  of: async (episode: string, language: string) =>
    (await ask('get', '/api/episodes/{episode}/signals', { episode }, undefined, { language })).signals,
  one: (signal: string, language: string) => ask('get', '/api/signals/{signal}', { signal }, undefined, { language }),
  answer: (signal: string, language: string, outcome: OutcomeToRecord) =>
    ask('post', '/api/signals/{signal}/outcomes', { signal }, outcome, { language }),
  followUp: (signal: string, language: string, result: FollowUpResult, note: string) =>
    ask('post', '/api/signals/{signal}/follow-up', { signal }, { result, ...(note ? { note } : {}) }, { language }),
  unanswered: (language: string) => ask('get', '/api/signals/unanswered', {}, undefined, { language })
};
