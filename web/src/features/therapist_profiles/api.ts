import type { components } from '../../api/generated';
import { ask } from '../../shared/api';

type Schemas = components['schemas'];
export type Approaches = Schemas['ProfileChoicesAnswer'];
export type OwnProfile = Schemas['OwnProfile'];
export type ProfileWanted = Schemas['ProfileWanted'];
export type ShownProfile = Schemas['ShownProfile'];
export type Gender = Schemas['Gender'];
export type WeekTime = Schemas['WeekTime'];
export type Way = Schemas['WayOfWorking'];

export const profiles = {
  approaches: (language: string) => ask('get', '/api/profile-choices', {}, undefined, { language }),
  own: () => ask('get', '/api/me/therapist-profile', {}, undefined),
  save: (wanted: ProfileWanted) => ask('put', '/api/me/therapist-profile', {}, wanted)
};
