import type { components } from '../../api/generated';
import { ask } from '../../shared/api';
import { prefs } from '../../shared/prefs.svelte';

type Schemas = components['schemas'];
export type OwnSwitch = Schemas['OwnSwitch'];
export type Summary = Schemas['SwitchSummary'];
export type History = Schemas['SwitchHistory'];
export type Meeting = Schemas['SwitchMeeting'];
export type Sessions = Schemas['SwitchSessions'];
export type Told = Schemas['ToldSwitch'];
export type ToldDetails = Schemas['ToldSwitchDetails'];

// Beside the other requests they would be part of what everybody loads first. A draft is written in the language of the screen.
const language = () => ({ language: prefs.locale });

export const switches = {
  own: async () => (await ask('get', '/api/me/therapist-switch', {}, undefined, language())).current ?? null,
  start: (episode: string, id: string, kind: Schemas['SwitchKind']) =>
    ask('post', '/api/episodes/{episode}/therapist-switches', { episode }, { id, kind }, language()),
  choose: (one: OwnSwitch, therapist?: string) =>
    ask('put', '/api/me/therapist-switches/{therapist_switch}/therapist', { therapist_switch: one.id }, { based_on: one.revision, ...(therapist ? { therapist } : {}) }, language()),
  write: (one: OwnSwitch, history: History, summary: Summary) =>
    ask('put', '/api/me/therapist-switches/{therapist_switch}/summary', { therapist_switch: one.id }, { based_on: one.revision, history, ...summary }, language()),
  setDay: (one: OwnSwitch, at: string, meeting: Meeting, sessions: Sessions) =>
    ask('put', '/api/me/therapist-switches/{therapist_switch}/day', { therapist_switch: one.id }, { based_on: one.revision, at, meeting, sessions }, language()),
  tell: (one: OwnSwitch) =>
    ask('post', '/api/me/therapist-switches/{therapist_switch}/telling', { therapist_switch: one.id }, { based_on: one.revision }, language()),
  withdraw: (one: OwnSwitch) =>
    ask('post', '/api/me/therapist-switches/{therapist_switch}/withdrawal', { therapist_switch: one.id }, undefined),
  told: async () => (await ask('get', '/api/therapist-switches', {}, undefined)).switches,
  one: (therapist_switch: string) => ask('get', '/api/therapist-switches/{therapist_switch}', { therapist_switch }, undefined),
  takeOver: (therapist_switch: string) =>
    ask('post', '/api/therapist-switches/{therapist_switch}/duties', { therapist_switch }, undefined)
};
