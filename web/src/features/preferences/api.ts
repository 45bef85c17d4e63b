import type { components } from '../../api/generated';
import { ask } from '../../shared/api';

type Schemas = components['schemas'];
export type WishesVersion = Schemas['WishesVersion'];
export type OwnWishes = Schemas['OwnWishes'];

export const preferences = {
  own: () => ask('get', '/api/me/preferences', {}, undefined),
  save: (wanted: Schemas['WishesWanted']) => ask('put', '/api/me/preferences', {}, wanted),
  of: async (episode: string) =>
    (await ask('get', '/api/episodes/{episode}/preferences', { episode }, undefined)).wishes ?? null
};
