/** What lies on this device because the server does not have it yet: messages on their way, and drafts. */
export type Shelf = 'messages' | 'drafts';

export interface Kept {
  /** Its place on the shelf, in the order of laying down. */
  order: number;
  id: string;
  value: unknown;
}

interface Row {
  order?: number;
  id: string;
  account: string;
  iv: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
}

const base = 'rapport-outbox';
const shelves: Shelf[] = ['messages', 'drafts'];
// Storage that another window blocks answers late or never; nobody's words may wait for that.
const patience = 4000;

export function soon<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('storage')), patience);
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

export interface VaultOptions {
  /** The device is used by others too: nothing is laid down on it. */
  keepsNothing?: boolean;
  factory?: IDBFactory;
}

const bytes = (text: string) => new TextEncoder().encode(text);

/**
 * One person's words on this device, sealed. The key cannot be read out by any script; it lies beside the words and is
 * destroyed with them at log-out. Nothing but random ids and whose it is stands outside of what is sealed.
 */
export class Vault {
  /** Another window logs out, so this one had to let go. */
  onGone: () => void = () => {};
  #account: string;
  #factory: IDBFactory | undefined;
  #keepsNothing: boolean;
  #db: IDBDatabase | null = null;
  #key: CryptoKey | null = null;
  #closed = false;
  #opening: Promise<void> | null = null;

  constructor(account: string, { keepsNothing = false, factory }: VaultOptions = {}) {
    this.#account = account;
    this.#keepsNothing = keepsNothing;
    this.#factory = factory;
  }

  get works(): boolean {
    return this.#db !== null && this.#key !== null;
  }

  /** Fails when this device stores nothing; may take for ever. Asked again it is the same opening. */
  open(): Promise<void> {
    return (this.#opening ??= this.#keepsNothing ? Promise.resolve() : this.#open());
  }

  async #open(): Promise<void> {
    const request = (this.#factory ?? indexedDB).open(base, 2);
    request.onupgradeneeded = () => {
      const names = request.result.objectStoreNames;
      for (const shelf of shelves.filter((one) => !names.contains(one))) {
        request.result.createObjectStore(shelf, { keyPath: 'order', autoIncrement: true });
      }
      if (!names.contains('keys')) request.result.createObjectStore('keys');
    };
    const db = await settle(request);
    // Closed meanwhile: holding on would block the next one who opens or deletes.
    if (this.#closed) {
      db.close();
      return;
    }
    // The deletion would wait for us.
    db.onversionchange = () => {
      this.close();
      this.onGone();
    };
    const fresh = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    // Read and write in one transaction: of two windows that open at once, only one key may win.
    const transaction = db.transaction('keys', 'readwrite');
    const keys = transaction.objectStore('keys');
    const kept = (await settle(keys.get(this.#account))) as CryptoKey | undefined;
    if (!kept) keys.put(fresh, this.#account);
    await finished(transaction);
    if (this.#closed) return;
    this.#db = db;
    this.#key = kept ?? fresh;
  }

  /** Everything of this person on the shelf, the oldest first. */
  async all(shelf: Shelf): Promise<Kept[]> {
    if (!this.#db || !this.#key) return [];
    const rows = (await settle(this.#db.transaction(shelf).objectStore(shelf).getAll())) as Row[];
    const found: Kept[] = [];
    for (const { order = 0, id, account, iv, sealed } of rows) {
      if (account !== this.#account || !this.#key) continue;
      try {
        const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: bytes(id) }, this.#key, sealed);
        found.push({ order, id, value: JSON.parse(new TextDecoder().decode(plain)) });
      } catch {
        // Sealed with a key that is gone: nobody can read it again, so it must not block the rest.
        await this.forget(shelf, order);
      }
    }
    return found;
  }

  /** Lays it down, in place of what has this order; gives its order, or null when this device stores nothing. */
  async keep(shelf: Shelf, id: string, value: unknown, order?: number): Promise<number | null> {
    if (!this.#db || !this.#key) return null;
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = bytes(JSON.stringify(value));
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: bytes(id) }, this.#key, plain);
    if (!this.#db) return null;
    const row: Row = { id, account: this.#account, iv, sealed, ...(order === undefined ? {} : { order }) };
    const transaction = this.#db.transaction(shelf, 'readwrite');
    const put = (await settle(transaction.objectStore(shelf).put(row))) as number;
    await finished(transaction);
    return put;
  }

  /** Never fails: what cannot be taken away now is met again at the next start. */
  async forget(shelf: Shelf, order: number | null): Promise<void> {
    if (!this.#db || order === null) return;
    try {
      const transaction = this.#db.transaction(shelf, 'readwrite');
      transaction.objectStore(shelf).delete(order);
      await soon(finished(transaction));
    } catch {
      // Closed under our hands.
    }
  }

  /** Lets go of a storage that failed; an opening that is still under way may bring it back. */
  drop(): void {
    this.#db?.close();
    this.#db = null;
    this.#key = null;
  }

  /** For good. */
  close(): void {
    this.#closed = true;
    this.drop();
  }

  /** Takes everything away that lies here, of everybody, and the keys. */
  async clear(): Promise<void> {
    if (!this.#db) return;
    const transaction = this.#db.transaction([...shelves, 'keys'], 'readwrite');
    for (const name of [...shelves, 'keys']) transaction.objectStore(name).clear();
    await soon(finished(transaction));
  }

  /** Takes the storage itself away. */
  async remove(): Promise<void> {
    this.close();
    await soon(settle((this.#factory ?? indexedDB).deleteDatabase(base)));
  }
}
