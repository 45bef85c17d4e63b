import { Problem } from './api';
import { backoff } from './live';
import type { Attachment, SentMessage } from './types';
import { uuid7 } from './uuid7';
import { soon, type Vault } from './vault';

/** A message on its way; `begins`: the thread that has to be begun before it can be sent. */
export interface Outgoing {
  id: string;
  room: string;
  text: string;
  begins?: { episode: string; subject: string };
  /** Files that the server has already, and that this message takes along. */
  attachments?: Attachment[];
}

/** Another device of the same person has sent this very message, in other words than those that wait here. */
export const saidOtherwise = 'said_otherwise';

/** What a person sees about a message of theirs that the server has not answered yet. */
export interface Waiting extends Outgoing {
  at: string;
  /** Whether it lies sealed on this device; otherwise it is lost when the page is closed too early. */
  kept: boolean;
  /** Set when it cannot be sent as it is; it stays until the person sends it anew or removes it. */
  refused: Problem | null;
}

interface Item extends Waiting {
  /** Its place in the storage; none while it is only in memory. */
  order: number | null;
  /** Stored, or known to be impossible to store: it may be sent. */
  ready: boolean;
}

export interface OutboxOptions {
  vault: Vault;
  send: (message: Outgoing, signal: AbortSignal) => Promise<SentMessage>;
  onChange: (waiting: Waiting[]) => void;
  onSent: (message: SentMessage) => void;
  /** False: this device keeps nothing, messages live in this page only. True: it does after all. */
  onStorage?: (works: boolean) => void;
  random?: () => number;
  /** The server's time, in milliseconds since 1970. */
  now?: () => number;
}

/**
 * Messages on their way. Each is laid down sealed on this device before it is sent, and leaves only when the server has
 * answered. Room and text are inside what is sealed. A device that stores nothing is no reason not to send: the messages
 * then live in the page.
 */
export class Outbox {
  /** Settles when it is known what an earlier page left here. */
  opened: Promise<void> = Promise.resolve();
  #options: OutboxOptions;
  #items: Item[] = [];
  #running = false;
  #closed = false;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #saving: Promise<unknown> = Promise.resolve();
  #sending: AbortController | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
    options.vault.onGone = () => this.close();
  }

  get waiting(): Waiting[] {
    return this.#items.map(({ order: _, ready: __, ...shown }) => shown);
  }

  /** Never fails: what cannot be stored is kept in memory. Messages may be added at once. */
  open(): Promise<void> {
    const opening = this.#options.vault.open().then(() => this.#load());
    this.opened = soon(opening).catch(() => {
      this.#unsafe();
      opening.then(() => (this.#saving = this.#saving.then(() => this.#storeLate())), () => {});
    });
    this.#saving = this.opened;
    return this.opened.then(() => this.flush());
  }

  /** A busy device opened its storage after all: what was written meanwhile goes into it now. */
  async #storeLate(): Promise<void> {
    if (!this.#options.vault.works) return;
    try {
      for (const item of this.#items.filter((one) => !one.kept)) {
        await soon(this.#store(item));
        // Sent while it was being stored: it must not come back at the next start.
        if (!this.#items.includes(item)) await this.#forget(item.order);
      }
      this.#options.onStorage?.(true);
      this.#changed();
    } catch {
      this.#unsafe();
    }
  }

  #unsafe(): void {
    this.#options.vault.drop();
    if (!this.#closed) this.#options.onStorage?.(false);
  }

  async #load(): Promise<void> {
    const found = (await this.#options.vault.all('messages')).map(({ order, id, value }): Item => ({
      ...(value as Pick<Waiting, 'room' | 'text' | 'at' | 'begins' | 'attachments'>), id, kept: true, refused: null, order, ready: true
    }));
    // What was written while the storage opened is younger than what lay in it.
    if (!this.#closed) this.#items = [...found, ...this.#items];
    this.#changed();
  }

  /** Shows the message at once; resolves when it is as safe as this device can make it. Sending goes on by itself. */
  add(message: Outgoing): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('The outbox is closed.'));
    const at = new Date(this.#options.now?.() ?? Date.now()).toISOString();
    const item: Item = { ...message, at, kept: false, refused: null, order: null, ready: false };
    this.#items.push(item);
    this.#changed();
    // One after the other, so that the order on disk is the order of writing.
    const stored = this.#saving.then(async () => {
      try {
        await soon(this.#store(item));
      } catch {
        this.#unsafe();
      }
      item.ready = true;
      if (this.#closed) throw new Error('The outbox is closed.');
      this.#changed();
      void this.flush();
    });
    this.#saving = stored.catch(() => {});
    return stored;
  }

  async #store(item: Item): Promise<void> {
    const { id, room, text, at, begins, attachments } = item;
    item.order = await this.#options.vault.keep('messages', id, { room, text, at, begins, attachments });
    item.kept = item.order !== null;
  }

  /** The line stands again: an attempt that still hangs on the old one is made anew. The server knows the id. */
  hurry(): void {
    this.#tries = 0;
    if (this.#sending) this.#sending.abort();
    else void this.flush();
  }

  /** Sends what waits, oldest first. A refused message lets the others pass; a passing failure stops all. */
  async flush(): Promise<void> {
    if (this.#running || this.#closed) return;
    this.#running = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    try {
      for (;;) {
        const item = this.#items.find((one) => one.refused === null);
        if (!item || !item.ready || this.#closed) break;
        let sent: SentMessage;
        const sending = new AbortController();
        this.#sending = sending;
        try {
          sent = await this.#options.send(item, sending.signal);
        } catch (error) {
          if (this.#closed) break;
          if (sending.signal.aborted) continue;
          if (error instanceof Problem && error.status === 401) break;
          if (error instanceof Problem && !error.passing) {
            item.refused = error;
            this.#changed();
            continue;
          }
          const asked = error instanceof Problem ? error.retryAfter : null;
          const wait = Math.max(asked ?? 0, backoff(this.#tries++, this.#options.random));
          this.#timer = setTimeout(() => void this.flush(), wait);
          break;
        } finally {
          this.#sending = null;
        }
        this.#tries = 0;
        if (this.#closed) break;
        if (sent.text !== item.text) {
          item.refused = new Problem(409, saidOtherwise, '');
          this.#options.onSent(sent);
          this.#changed();
          continue;
        }
        this.#items = this.#items.filter((one) => one !== item);
        this.#options.onSent(sent);
        this.#changed();
        // If this fails it is sent once more after the next start, and the server knows its id.
        await this.#forget(item.order);
      }
    } finally {
      this.#running = false;
    }
  }

  async retry(id: string): Promise<void> {
    const item = this.#items.find((one) => one.id === id);
    if (!item) return;
    if (item.refused?.code === saidOtherwise) await this.#rename(item);
    item.refused = null;
    this.#changed();
    await this.flush();
  }

  /** Its id belongs to words that were sent: these are to go out as a message of their own. */
  async #rename(item: Item): Promise<void> {
    const before = item.order;
    item.id = uuid7();
    await soon(this.#store(item)).catch(() => this.#unsafe());
    await this.#forget(before);
  }

  async remove(id: string): Promise<void> {
    const item = this.#items.find((one) => one.id === id && one.refused !== null);
    if (!item) return;
    await this.#forget(item.order);
    this.#items = this.#items.filter((one) => one !== item);
    this.#changed();
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#sending?.abort();
    this.#options.vault.close();
    this.#items = [];
  }

  /** Log-out: what lay on this device, and the keys, are gone afterwards. */
  async wipe(): Promise<void> {
    try {
      await this.#options.vault.clear();
    } finally {
      this.close();
      this.#changed();
    }
    await this.#options.vault.remove();
  }

  #forget(order: number | null): Promise<void> {
    return this.#options.vault.forget('messages', order);
  }

  #changed(): void {
    this.#options.onChange(this.waiting);
  }
}
