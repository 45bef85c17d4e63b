import type { components } from '../../api/generated';
import { ask } from '../../shared/api';

type Schemas = components['schemas'];
export type Matches = Schemas['MatchesAnswer'];
export type FitReason = Schemas['FitReason'];
export type WaitingClients = Schemas['WaitingClients'];

export const matching = {
  matches: () => ask('get', '/api/me/matches', {}, undefined),
  choose: (therapist: string) => ask('put', '/api/me/therapist', {}, { therapist }),
  askToBeAssigned: () => ask('put', '/api/me/assignment', {}, undefined),
  waiting: () => ask('get', '/api/clients-waiting', {}, undefined),
  assign: (client: string, therapist: string) =>
    ask('put', '/api/clients-waiting/{client}/therapist', { client }, { therapist })
};
