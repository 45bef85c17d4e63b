import { api } from './api';
import type { Episode } from './types';

/** How many messages of an episode are unread in its chat, and in its letters together. */
export interface Unread {
  chat: number;
  letters: number;
}

export async function unreadOf(episode: Episode): Promise<Unread> {
  if (episode.unread === 0) return { chat: 0, letters: 0 };
  const rooms = await api.rooms(episode.id);
  const chat = rooms.find((room) => room.id === episode.chat_room)?.unread ?? 0;
  return { chat, letters: rooms.reduce((sum, room) => sum + room.unread, 0) - chat };
}
