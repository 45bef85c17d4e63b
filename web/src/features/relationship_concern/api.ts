import type { components } from '../../api/generated';
import { ask } from '../../shared/api';

type Schemas = components['schemas'];
export type OwnConcern = Schemas['OwnConcern'];
export type Hearer = Schemas['HearerEntry'];
export type Telling = Schemas['TellingEntry'];
export type Agreement = Schemas['AgreementEntry'];
export type FollowUp = Schemas['FollowUpEntry'];
export type Said = Schemas['SaidEntry'];
export type Heard = Schemas['HeardEntry'];
export type HeardDetails = Schemas['HeardDetails'];
export type IsItBetter = Schemas['IsItBetter'];
export type Part = Schemas['Part'];

// Beside the other requests they would be part of what everybody loads first.
export const between = {
  own: () => ask('get', '/api/me/relationship-concerns', {}, undefined),
  keep: (episode: string, id: string, words: string) =>
    ask('post', '/api/episodes/{episode}/relationship-concerns', { episode }, { id, ...(words ? { words } : {}) }),
  tell: (relationship_concern: string, told: Schemas['ConcernToTell']) =>
    ask('post', '/api/me/relationship-concerns/{relationship_concern}/tellings', { relationship_concern }, told),
  say: (relationship_concern: string, word: Schemas['WordToSay']) =>
    ask('post', '/api/me/relationship-concerns/{relationship_concern}/words', { relationship_concern }, word),
  agree: (relationship_concern: string, agreement: string, agrees: boolean) =>
    ask('post', '/api/me/relationship-concerns/{relationship_concern}/agreement', { relationship_concern }, { agreement, agrees }),
  mediate: (relationship_concern: string, wanted: boolean) =>
    ask('put', '/api/me/relationship-concerns/{relationship_concern}/mediation', { relationship_concern }, { wanted }),
  answer: (relationship_concern: string, answer: Schemas['FollowUpAnswer']) =>
    ask('post', '/api/me/relationship-concerns/{relationship_concern}/follow-up', { relationship_concern }, answer),
  end: (relationship_concern: string, ending: Schemas['Ending']) =>
    ask('post', '/api/me/relationship-concerns/{relationship_concern}/ending', { relationship_concern }, { ending }),
  see: (relationship_concern: string, seen: number) =>
    ask('put', '/api/me/relationship-concerns/{relationship_concern}/seen', { relationship_concern }, { seen }),
  heard: async () => (await ask('get', '/api/relationship-concerns', {}, undefined)).concerns,
  one: (relationship_concern: string, language: string) =>
    ask('get', '/api/relationship-concerns/{relationship_concern}', { relationship_concern }, undefined, { language }),
  hear: (relationship_concern: string, language: string, seen: number) =>
    ask('post', '/api/relationship-concerns/{relationship_concern}/hearing', { relationship_concern }, { seen }, { language }),
  reply: (relationship_concern: string, language: string, reply: Schemas['ReplyToSend']) =>
    ask('post', '/api/relationship-concerns/{relationship_concern}/replies', { relationship_concern }, reply, { language }),
  propose: (relationship_concern: string, language: string, agreement: Schemas['AgreementToPropose']) =>
    ask('post', '/api/relationship-concerns/{relationship_concern}/agreements', { relationship_concern }, agreement, { language }),
  note: (relationship_concern: string, language: string, based_on: number, text: string) =>
    ask('put', '/api/relationship-concerns/{relationship_concern}/note', { relationship_concern }, { based_on, ...(text ? { text } : {}) }, { language })
};
