import { api } from './api';
import { app, explain } from './session.svelte';
import { brief } from './text';
import type { MessageBody, PassingEvent, Room, SentMessage, StoredEvent } from './types';
import { m } from '../paraglide/messages.js';

export interface Shown extends MessageBody { seq: number }

/** One room as a screen shows it: its messages, who is here, who writes and what was read. */
export class Conversation {
  room = $state<Room | null>(null);
  messages = $state<Shown[]>([]);
  failed = $state('');
  #absent = $state(false);
  more = $state(false);
  reading = $state(false);
  typing = $state(false);
  /** What others wrote after this number is new to the person who looks. */
  newAfter = $state(Infinity);
  #away = false;
  #id: string;
  #episode: string;
  #known = new Set<string>();
  #receipt = 0;
  #typingEnd: ReturnType<typeof setTimeout> | null = null;
  #typingSaid = 0;
  #stop: (() => void) | null = null;

  constructor(episode: string, id: string) {
    this.#episode = episode;
    this.#id = id;
  }

  /** There is no such room, or it is not for whoever looks; one that waits here to be begun is. */
  get missing(): boolean {
    return this.#absent && !app.waiting.some((one) => one.room === this.#id);
  }

  get other() {
    return this.room?.participants.find((one) => one.account !== app.me) ?? null;
  }

  async open(): Promise<void> {
    this.close();
    let closed = false;
    const unlisten = app.listen({
      message: (event) => event.room === this.#id && this.#take(event, true),
      sent: (message) => message.room === this.#id && this.#sent(message),
      resume: () => void this.#refresh(),
      passing: (event) => this.#passes(event)
    });
    const seen = () => {
      if (document.visibilityState === 'visible') this.#away = false;
      this.markRead();
    };
    document.addEventListener('visibilitychange', seen);
    this.#stop = () => {
      closed = true;
      unlisten();
      document.removeEventListener('visibilitychange', seen);
      app.live.unfollow(this.#id);
      if (this.#typingEnd) clearTimeout(this.#typingEnd);
    };
    this.failed = '';
    try {
      const rooms = await api.rooms(this.#episode);
      const room = rooms.find((one) => one.id === this.#id);
      if (closed) return;
      // Begun while the list of rooms was on its way.
      if (!room && this.messages.length > 0) return void this.open();
      this.#absent = !room;
      if (!room) return;
      // The newest page first, as far back as what is new; a long history is read only by those who want it.
      const isNew = room.unread > 0 ? room.last_seq - room.read_seq : 0;
      const page = await api.eventsBefore(this.#id, room.last_seq + 1, Math.min(500, Math.max(50, isNew + 10)));
      if (closed) return;
      this.room = room;
      this.newAfter = room.unread > 0 ? room.read_seq : Infinity;
      for (const event of page.events) this.#take(event, false);
      this.more = (this.messages[0]?.seq ?? 1) > 1;
      app.live.follow(this.#id, room.last_seq);
      this.markRead();
    } catch (error) {
      if (!closed) this.failed = explain(error);
    }
  }

  close(): void {
    this.#stop?.();
    this.#stop = null;
  }

  async #refresh(): Promise<void> {
    if (!this.room) {
      // The room could not be opened while the line was down.
      if (this.failed) void this.open();
      return;
    }
    try {
      const room = (await api.rooms(this.#episode)).find((one) => one.id === this.#id);
      if (!room || !this.#stop) return;
      this.#renew(room);
      // A mark that got lost with the line is made again.
      this.#receipt = 0;
      this.markRead();
    } catch {
      // The next reconnect reads it again.
    }
  }

  /** What the line told while the answer was on its way may be younger than the answer. */
  #renew(room: Room): void {
    for (const person of room.participants) {
      const known = this.room?.participants.find((one) => one.account === person.account);
      person.delivered = Math.max(person.delivered, known?.delivered ?? 0);
      person.read = Math.max(person.read, known?.read ?? 0);
    }
    this.room = room;
  }

  async earlier(): Promise<void> {
    const first = this.messages[0];
    if (!first || this.reading) return;
    this.reading = true;
    try {
      const page = await api.eventsBefore(this.#id, first.seq);
      for (const event of page.events) this.#take(event, false);
      this.more = page.events.length > 0 && (this.messages[0]?.seq ?? 1) > 1;
    } catch (error) {
      app.say(explain(error));
    } finally {
      this.reading = false;
    }
  }

  #passes(event: PassingEvent): void {
    if (event.room !== this.#id || !('account' in event.body)) return;
    const { account } = event.body;
    if (account === app.me) return;
    const person = this.room?.participants.find((one) => one.account === account);
    if (!person) return;
    if (event.kind === 'typing') this.#writes(event.body.typing);
    if (event.kind === 'presence') {
      person.present = event.body.present;
      if (!person.present) this.#writes(false);
    }
    if (event.kind === 'receipt') {
      person.delivered = Math.max(person.delivered, event.body.delivered);
      person.read = Math.max(person.read, event.body.read);
    }
  }

  #take(event: StoredEvent, fresh: boolean): void {
    this.#put({ ...event.body, seq: event.seq });
    if (!fresh) return;
    if (event.body.author === app.me) this.#answered();
    else {
      if (document.visibilityState !== 'visible' && !this.#away) {
        this.#away = true;
        this.newAfter = event.seq - 1;
      }
      this.#writes(false);
      app.announcer.message(`${this.other?.name ?? m.new_message()}: ${brief(event.body.text) || m.file_came()}`);
    }
    this.markRead();
  }

  #sent(message: SentMessage): void {
    // The first of a thread that was begun with it.
    if (this.#absent || this.failed) {
      this.#absent = false;
      return void this.open();
    }
    this.#put(message);
    this.#answered();
  }

  /** Whoever answers has seen what was new. */
  #answered(): void {
    this.newAfter = Infinity;
  }

  /** Our own messages come twice: as the answer to sending, and over the line. */
  #put({ id, author, text, at, seq, attachments }: Shown | SentMessage): void {
    if (this.#known.has(id)) return;
    this.#known.add(id);
    this.messages.push({ id, author, text, at, seq, ...(attachments ? { attachments } : {}) });
    this.messages.sort((a, b) => a.seq - b.seq);
  }

  #writes(typing: boolean): void {
    this.typing = typing;
    if (this.#typingEnd) clearTimeout(this.#typingEnd);
    // The word that they stopped may get lost.
    if (typing) this.#typingEnd = setTimeout(() => (this.typing = false), 7000);
  }

  /** Only what stands here without a gap, and only while someone can see it. */
  markRead(): void {
    const last = app.live.seqOf(this.#id);
    if (document.visibilityState !== 'visible' || last <= Math.max(this.#receipt, this.room?.read_seq ?? 0)) return;
    this.#receipt = last;
    api.receipt(this.#id, { delivered: last, read: last }).catch(() => {
      this.#receipt = 0;
    });
  }

  iWrite(typing: boolean): void {
    const now = Date.now();
    if (typing ? now - this.#typingSaid < 3000 : this.#typingSaid === 0) return;
    this.#typingSaid = typing ? now : 0;
    api.typing(this.#id, typing).catch(() => {});
  }
}
