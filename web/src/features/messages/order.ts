import type { Room } from '../../shared/types';

/** The time in a UUID version 7: when the thread was begun. */
export function begun(id: string): number {
  return Number.parseInt(id.replace('-', '').slice(0, 12), 16);
}

/** What is unread stands first, then where something was written last. */
export function byNews(rooms: Room[]): Room[] {
  const news = (room: Room) => (room.unread > 0 ? 1 : 0);
  const last = (room: Room) => (room.last_at ? Date.parse(room.last_at) : begun(room.id));
  return rooms
    .filter((room) => room.kind === 'thread')
    .sort((a, b) => news(b) - news(a) || last(b) - last(a));
}
