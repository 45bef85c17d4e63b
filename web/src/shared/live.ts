import type { EventPage, LiveEvent, PassingEvent, StoredEvent } from './types';

export type LiveState = 'off' | 'connecting' | 'open' | 'waiting';

/** The part of WebSocket we use, so that tests can put their own in its place. */
export interface Socket {
  readonly readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface LiveOptions {
  open: () => Socket;
  read: (room: string, after: number) => Promise<EventPage>;
  onState: (state: LiveState) => void;
  onMessage: (event: StoredEvent) => void;
  onPassing: (event: PassingEvent) => void;
  /** A message in a room that no screen follows. */
  onOther?: (event: StoredEvent) => void;
  /** Connected again: lists may be stale. */
  onResume?: () => void;
  /** The server ended the connection because the log-in has ended. */
  onSignedOut?: () => void;
  /** The server let us not in at all; the browser does not say why. */
  onRefused?: () => void;
  random?: () => number;
}

interface Followed {
  seq: number;
  ids: Set<string>;
  reading: boolean;
  again: boolean;
  tries: number;
  timer: ReturnType<typeof setTimeout> | null;
}

const firstWait = 500;
const longestWait = 30_000;
/** A line that says nothing for so long is asked whether it still is one … */
const silence = 15_000;
/** … and given up when no answer comes in this time. */
const answerWithin = 5_000;
/** The state of a socket that can be spoken into; those after it are its end. */
const open = 1;
/** Closing codes from 4000 on are the service's own. */
const loggedOut = 4401;
const newClient = 4409;
const tooMany = 4429;
// Costs the server next to nothing and changes nothing.
const question = JSON.stringify({ id: 1, do: 'GET /api/practice' });
// Asked by somebody who is logged in, and so a use of the log-in.
const use = JSON.stringify({ id: 2, do: 'GET /api/session' });

/** Doubles up to half a minute; between half and all of it, so that clients do not return all at once. */
export function backoff(tries: number, random: () => number = Math.random): number {
  const full = Math.min(longestWait, firstWait * 2 ** Math.min(tries, 10));
  return full / 2 + (full / 2) * random();
}

/**
 * Keeps one connection and, per followed room, the number up to which all messages are known.
 * The socket only tells that something is new: whatever does not follow directly on what we have
 * is read again from the server, so nothing is lost, doubled or out of order.
 */
export class Live {
  #options: LiveOptions;
  #socket: Socket | null = null;
  #rooms = new Map<string, Followed>();
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #wanted = false;
  #state: LiveState = 'off';
  #watch: ReturnType<typeof setTimeout> | null = null;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  get state(): LiveState {
    return this.#state;
  }

  start(): void {
    this.#wanted = true;
    if (!this.#socket && !this.#timer) this.#connect();
  }

  stop(): void {
    this.#wanted = false;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    for (const room of this.#rooms.values()) if (room.timer) clearTimeout(room.timer);
    this.#rooms.clear();
    this.#drop();
    this.#tries = 0;
    this.#become('off');
  }

  /** The device is back on a network, or the page in view: do not wait for the rest of the pause. */
  hurry(): void {
    if (!this.#wanted) return;
    if (this.#socket) {
      this.probe();
      return;
    }
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#connect();
  }

  /** Something went wrong elsewhere: see whether the line still stands. */
  probe(): void {
    if (this.#state === 'open') this.#question();
  }

  /** Somebody is at this page: a line that merely stands open does not keep the log-in. */
  use(): void {
    if (this.#state === 'open' && this.#socket?.readyState === open) this.#socket.send(use);
  }

  /** The device says that it has no network: a line that only seems open would hide it. */
  lose(): void {
    if (!this.#socket) return;
    this.#drop();
    this.#later();
  }

  /** Up to which number everything in a room has been shown; 0 for a room that nobody follows. */
  seqOf(room: string): number {
    return this.#rooms.get(room)?.seq ?? 0;
  }

  follow(room: string, seq: number, known: Iterable<string> = []): void {
    this.unfollow(room);
    this.#rooms.set(room, { seq, ids: new Set(known), reading: false, again: false, tries: 0, timer: null });
    void this.#catchUp(room);
  }

  unfollow(room: string): void {
    const followed = this.#rooms.get(room);
    if (followed?.timer) clearTimeout(followed.timer);
    this.#rooms.delete(room);
  }

  #drop(): void {
    if (this.#watch) clearTimeout(this.#watch);
    this.#watch = null;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  /** A broken network does not always break a connection: browsers may believe in a dead one for minutes. */
  #listenFor(millis: number, then: () => void): void {
    if (this.#watch) clearTimeout(this.#watch);
    this.#watch = setTimeout(then, millis);
  }

  #question(): void {
    this.#listenFor(answerWithin, () => this.lose());
    // One that is closing hears nothing, and browsers complain of it; its end will be told, or has to be awaited no longer.
    if ((this.#socket?.readyState ?? 0) > open) return;
    try {
      this.#socket?.send(question);
    } catch {
      this.lose();
    }
  }

  #become(state: LiveState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onState(state);
  }

  #connect(): void {
    this.#become('connecting');
    let socket: Socket;
    try {
      socket = this.#options.open();
    } catch {
      this.#later();
      return;
    }
    this.#socket = socket;
    let opened = false;
    // A network that swallows everything would keep us connecting for minutes.
    this.#listenFor(2 * answerWithin, () => this.lose());
    socket.onopen = () => {
      opened = true;
      this.#tries = 0;
      this.#listenFor(silence, () => this.#question());
      this.#become('open');
      for (const room of this.#rooms.keys()) void this.#catchUp(room);
      this.#options.onResume?.();
    };
    socket.onmessage = (event) => {
      this.#listenFor(silence, () => this.#question());
      if (typeof event.data === 'string') this.#take(event.data);
    };
    socket.onclose = (event) => {
      if (this.#socket !== socket) return;
      this.#drop();
      if (!this.#wanted) return;
      if (event.code === loggedOut) {
        this.stop();
        this.#options.onSignedOut?.();
        return;
      }
      // A window among too many comes back when somebody looks at it, or they would push each other out in turn.
      if (event.code === tooMany) this.#become('waiting');
      else this.#later(opened && event.code === newClient ? 'connecting' : 'waiting');
      if (!opened) this.#options.onRefused?.();
    };
  }

  /** A line that the server only renews is not told as broken: it stands again in a moment. */
  #later(state: LiveState = 'waiting'): void {
    this.#become(state);
    const wait = backoff(this.#tries++, this.#options.random);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#connect();
    }, wait);
  }

  #take(text: string): void {
    let heard: LiveEvent;
    try {
      heard = JSON.parse(text) as LiveEvent;
    } catch {
      return;
    }
    if (typeof heard?.room !== 'string' || typeof heard.body !== 'object' || heard.body === null) return;
    if (heard.kind !== 'message') {
      this.#options.onPassing(heard);
      // To whoever stands in, words are not sent over the line: they hear that there is something to read.
      if (heard.kind === 'room') void this.#catchUp(heard.room);
      return;
    }
    if (typeof heard.seq !== 'number') return;
    const event: StoredEvent = heard;
    const followed = this.#rooms.get(event.room);
    if (!followed) {
      this.#options.onOther?.(event);
      return;
    }
    if (event.seq === followed.seq + 1 && !followed.reading) this.#apply(followed, event);
    else if (event.seq > followed.seq) void this.#catchUp(event.room);
  }

  #apply(followed: Followed, event: StoredEvent): void {
    if (event.seq <= followed.seq) return;
    followed.seq = event.seq;
    if (followed.ids.has(event.body.id)) return;
    followed.ids.add(event.body.id);
    this.#options.onMessage(event);
  }

  async #catchUp(room: string): Promise<void> {
    const followed = this.#rooms.get(room);
    if (!followed) return;
    if (followed.reading) {
      followed.again = true;
      return;
    }
    if (followed.timer) clearTimeout(followed.timer);
    followed.timer = null;
    followed.reading = true;
    try {
      for (;;) {
        followed.again = false;
        const page = await this.#options.read(room, followed.seq);
        // Left or opened anew while we were reading.
        if (this.#rooms.get(room) !== followed) return;
        for (const event of [...page.events].sort((a, b) => a.seq - b.seq)) this.#apply(followed, event);
        const more = page.events.length > 0 && followed.seq < page.last_seq;
        if (!more && !followed.again) break;
      }
      followed.tries = 0;
    } catch {
      if (this.#rooms.get(room) === followed) {
        followed.timer = setTimeout(() => void this.#catchUp(room), backoff(followed.tries++, this.#options.random));
      }
    } finally {
      followed.reading = false;
    }
  }
}
