import type { components } from '../api/generated';

// Names for what the server describes. Only what it cannot describe, the live events, is written here by hand.
type Schemas = components['schemas'];

export type Session = Schemas['LoggedIn'];
export type Practice = Schemas['PracticeAnswer'];
export type Episode = Schemas['EpisodeAnswer'];
export type Room = Schemas['RoomAnswer'];
export type Participant = Schemas['Participant'];
export type MessageBody = Schemas['MessageEvent'];
export type StoredEvent = Schemas['Item'];
export type EventPage = Schemas['Events'];
export type SentMessage = Schemas['Message'];
export type DraftText = Schemas['DraftText'];

/** Passes by and is not kept: it has no number. Kinds we do not know are ignored. */
export interface PassingEvent {
  room: string;
  kind: string;
  body: { account?: string; typing?: boolean; present?: boolean; delivered?: number; read?: number };
}
