import type { Episode, MessageBody, Room } from './types';

/** Whether the last word of a room is the client's. Above what was answered, a word that a reply is due would be read as
 *  meaning that. */
export const waitsHere = (messages: Pick<MessageBody, 'author'>[], { client }: Pick<Episode, 'client'>) =>
  messages.at(-1)?.author === client.id;

/** Whether what waits can only stand in the chat: in no letter anything was written since the client's oldest message
 *  without an answer. */
export const waitsInChat = (rooms: Pick<Room, 'kind' | 'last_at'>[], { waiting_since }: Pick<Episode, 'waiting_since'>) =>
  Boolean(waiting_since) &&
  rooms.every(({ kind, last_at }) => kind === 'chat' || !last_at || Date.parse(last_at) < Date.parse(waiting_since ?? ''));
