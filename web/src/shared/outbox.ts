import { Problem } from './api';
import { backoff } from './live';
import type { SentMessage } from './types';

/** What a person sees about a message of theirs that the server has not answered yet. */
export interface Waiting {
  id: string;
  room: string;
  text: string;
  at: string;
  /** Whether it lies sealed on this device; otherwise it is lost when the page is closed too early. */
  kept: boolean;
  /** Set when the server refused it for good; it stays until the person sends it anew or removes it. */
  refused: Problem | null;
}

interface Item extends Waiting {
  /** Its place in the storage; none while it is only in memory. */
  order: number | null;
  /** Stored, or known to be impossible to store: it may be sent. */
  ready: boolean;
}

interface Row {
  order?: number;
  id: string;
  account: string;
  iv: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
}

export interface OutboxOptions {
  account: string;
  send: (room: string, id: string, text: string, signal: AbortSignal) => Promise<SentMessage>;
  onChange: (waiting: Waiting[]) => void;
  onSent: (message: SentMessage) => void;
  /** False: this device keeps nothing, messages live in this page only. True: it does after all. */
  onStorage?: (works: boolean) => void;
  factory?: IDBFactory;
  random?: () => number;
}

const base = 'rapport-outbox';
// Storage that another window blocks answers late or never; nobody's words may wait for that.
const storagePatience = 4000;

function soon<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('storage')), storagePatience);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('storage'));
  });
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error('storage'));
  });
}

/**
 * Messages on their way. Each is written encrypted to this device before it is sent, and leaves only
 * when the server has answered. The key cannot be read out by any script; it lives beside the
 * messages and is destroyed with them at log-out. Room and text are inside what is sealed.
 * A device that stores nothing is no reason not to send: the messages then live in the page.
 */
export class Outbox {
  #options: OutboxOptions;
  #db: IDBDatabase | null = null;
  #key: CryptoKey | null = null;
  #items: Item[] = [];
  #running = false;
  #closed = false;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #saving: Promise<unknown> = Promise.resolve();
  #sending: AbortController | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get waiting(): Waiting[] {
    return this.#items.map(({ id, room, text, at, kept, refused }) => ({ id, room, text, at, kept, refused }));
  }

  /** Never fails: what cannot be stored is kept in memory. Messages may be added at once. */
  open(): Promise<void> {
    const opening = this.#open();
    const opened = soon(opening).catch(() => {
      this.#unsafe();
      opening.then(() => (this.#saving = this.#saving.then(() => this.#storeLate())), () => {});
    });
    this.#saving = opened;
    return opened.then(() => this.flush());
  }

  /** A busy device opened its storage after all: what was written meanwhile goes into it now. */
  async #storeLate(): Promise<void> {
    if (!this.#db) return;
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
    this.#db?.close();
    this.#db = null;
    this.#key = null;
    if (!this.#closed) this.#options.onStorage?.(false);
  }

  async #open(): Promise<void> {
    const factory = this.#options.factory ?? indexedDB;
    const request = factory.open(base, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('messages', { keyPath: 'order', autoIncrement: true });
      request.result.createObjectStore('keys');
    };
    const db = await settle(request);
    // Closed meanwhile: holding on would block the next one who opens or deletes.
    if (this.#closed) {
      db.close();
      return;
    }
    // Another window logs out: let go, or the deletion would wait for us.
    db.onversionchange = () => this.close();
    this.#db = db;
    const fresh = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    // Read and write in one transaction: of two windows that open at once, only one key may win.
    const transaction = db.transaction('keys', 'readwrite');
    const keys = transaction.objectStore('keys');
    const kept = (await settle(keys.get(this.#options.account))) as CryptoKey | undefined;
    if (!kept) keys.put(fresh, this.#options.account);
    await finished(transaction);
    this.#key = kept ?? fresh;
    await this.#load();
    this.#changed();
  }

  async #load(): Promise<void> {
    if (!this.#db || !this.#key) return;
    const rows = (await settle(this.#db.transaction('messages').objectStore('messages').getAll())) as Row[];
    const found: Item[] = [];
    for (const row of rows) {
      if (row.account !== this.#options.account) continue;
      try {
        const plain = await crypto.subtle.decrypt(
          { name: 'AES-GCM', iv: row.iv, additionalData: new TextEncoder().encode(row.id) },
          this.#key,
          row.sealed
        );
        const { room, text, at } = JSON.parse(new TextDecoder().decode(plain)) as Waiting;
        found.push({ id: row.id, room, text, at, kept: true, refused: null, order: row.order ?? null, ready: true });
      } catch {
        // Sealed with a key that is gone: nobody can read it again, so it must not block the rest.
        await this.#forget(row.order ?? null);
      }
    }
    // What was written while the storage opened is younger than what lay in it.
    if (!this.#closed) this.#items = [...found, ...this.#items];
  }

  /** Shows the message at once; resolves when it is as safe as this device can make it. Sending goes on by itself. */
  add(room: string, id: string, text: string): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('The outbox is closed.'));
    const at = new Date().toISOString();
    const item: Item = { id, room, text, at, kept: false, refused: null, order: null, ready: false };
    this.#items.push(item);
    this.#changed();
    // One after the other, so that the order on disk is the order of writing.
    const stored = this.#saving.then(async () => {
      try {
        if (this.#db) await soon(this.#store(item));
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
    if (!this.#db || !this.#key) return;
    const { id, room, text, at } = item;
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(id) },
      this.#key,
      new TextEncoder().encode(JSON.stringify({ room, text, at }))
    );
    const row: Row = { id, account: this.#options.account, iv, sealed };
    const transaction = this.#db.transaction('messages', 'readwrite');
    item.order = (await settle(transaction.objectStore('messages').add(row))) as number;
    await finished(transaction);
    item.kept = true;
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
          sent = await this.#options.send(item.room, item.id, item.text, sending.signal);
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

  retry(id: string): void {
    const item = this.#items.find((one) => one.id === id);
    if (!item) return;
    item.refused = null;
    this.#changed();
    void this.flush();
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
    this.#db?.close();
    this.#db = null;
    this.#key = null;
    this.#items = [];
  }

  /** Log-out: messages and keys of this device are gone afterwards. */
  async wipe(): Promise<void> {
    const db = this.#db;
    try {
      if (db) {
        const transaction = db.transaction(['messages', 'keys'], 'readwrite');
        transaction.objectStore('messages').clear();
        transaction.objectStore('keys').clear();
        await soon(finished(transaction));
      }
    } finally {
      this.close();
      this.#changed();
    }
    await soon(settle((this.#options.factory ?? indexedDB).deleteDatabase(base)));
  }

  async #forget(order: number | null): Promise<void> {
    if (!this.#db || order === null) return;
    try {
      const transaction = this.#db.transaction('messages', 'readwrite');
      transaction.objectStore('messages').delete(order);
      await soon(finished(transaction));
    } catch {
      // Closed under our hands; see flush for what follows.
    }
  }

  #changed(): void {
    this.#options.onChange(this.waiting);
  }
}
