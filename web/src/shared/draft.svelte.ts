import { Problem } from './api';
import { backoff } from './live';
import { uuid7 } from './uuid7';
import type { Vault } from './vault';

export type DraftState = 'none' | 'saving' | 'saved' | 'failed' | 'refused';

interface Unsaved {
  value: unknown;
  empty: boolean;
  /** The server has not taken it at the first try. */
  failed: boolean;
  /** What other windows had not saved either when they were closed. */
  others: unknown[];
  /** Its id on this device, and where it lies there: the first is written over, all go when it is saved. */
  id: string;
  rows: number[];
  /** Whether its last state lies there. */
  stored: boolean;
}

/** What was written and has not reached the server, by place: for the case that its screen, or the page, goes first. */
const unsaved = new Map<string, Unsaved>();

/** A log-out waits no longer for the last save; in milliseconds. */
const patience = 5000;
/** Drafts with something to save. */
const pending = new Set<{ settle: () => Promise<void> }>();

/** Counts the people who used this page one after another: a draft is saved only for the one who wrote it. */
let people = 0;
let vault: Vault | null = null;
let reading: Promise<void> = Promise.resolve();
/** One after the other, so that what lies on the device in the end is the latest. */
let storing: Promise<unknown> = Promise.resolve();

/** Someone else uses this page now, or nobody. */
export function forgetUnsaved(): void {
  unsaved.clear();
  people += 1;
  vault = null;
}

/** Whether closing the page would lose something: neither the server nor this device has it. */
export function losesDrafts(): boolean {
  return [...unsaved.values()].some((one) => one.failed && !one.stored);
}

/** Before a log-out: saves what was just written. False when something that is not empty is still not saved. */
export async function saveDrafts(): Promise<boolean> {
  const saved = Promise.all([...pending].map((draft) => draft.settle()));
  await Promise.race([saved, new Promise((resolve) => setTimeout(resolve, patience))]);
  return [...unsaved.values()].every((one) => one.empty);
}

/** From now on what is not saved yet lies in there as well. `opened`: when the vault is open, or is known not to open. */
export function keepDraftsIn(next: Vault, opened: Promise<void>): void {
  vault = next;
  reading = opened.then(() => readFrom(next)).catch(() => {});
}

/** Settles when it is known what an earlier page could not save; see `Draft.left`. */
export function unsavedRead(): Promise<void> {
  return reading;
}

async function readFrom(from: Vault): Promise<void> {
  const rows = await from.all('drafts');
  if (vault !== from) return;
  const here = new Set([...unsaved.values()].flatMap((one) => one.rows));
  for (const { order, id, value } of rows.filter((one) => !here.has(one.order)).reverse()) {
    const { place, words, empty } = value as { place: string; words: unknown; empty: boolean };
    const known = unsaved.get(place);
    if (known) {
      known.others.push(words);
      known.rows.push(order);
    } else unsaved.set(place, { value: words, empty, failed: true, others: [], id, rows: [order], stored: true });
  }
  // What was written before the device had opened its storage.
  for (const [place, one] of unsaved) if (!one.stored) store(place, one);
}

function store(place: string, one: Unsaved): void {
  const into = vault;
  storing = storing.then(async () => {
    if (!into || into !== vault || one.stored || unsaved.get(place) !== one) return;
    const { value, empty } = one;
    try {
      const order = await into.keep('drafts', one.id, { place, words: value, empty }, one.rows[0]);
      if (order === null) return;
      if (one.rows.length === 0) one.rows.push(order);
      one.stored = one.value === value;
    } catch {
      // The device takes no more: it stays in this page.
    }
  });
}

function forget(place: string): void {
  const one = unsaved.get(place);
  const from = vault;
  unsaved.delete(place);
  if (one) storing = storing.then(() => Promise.all(one.rows.map((order) => from?.forget('drafts', order))));
}

/**
 * Saves what is being written a moment after the last key, and within seconds when keys never pause; one save at a time,
 * the latest wins. Until the server has it, it lies sealed on this device. What could not be saved, because the log-in
 * ended, the network was gone or the page was closed, is there again for the next draft of the same place.
 */
export class Draft<T> {
  state = $state<DraftState>('none');
  /** Nothing is saved as long as the person has to choose between this and what the server keeps. */
  held = false;
  #place: string;
  #person = people;
  #save: (value: T) => Promise<unknown>;
  #next: { value: T; empty: boolean } | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #run: Promise<void> | null = null;
  /** When the oldest key was pressed that no save has taken yet. */
  #since = 0;
  #tries = 0;

  constructor(place: string, save: (value: T) => Promise<unknown>) {
    this.#place = place;
    this.#save = save;
  }

  /** What an earlier draft of this place could not save; younger than anything the server has. */
  get left(): T | undefined {
    return unsaved.get(this.#place)?.value as T | undefined;
  }

  /** What other windows of this browser left behind beside that. */
  get leftElsewhere(): T[] {
    return (unsaved.get(this.#place)?.others ?? []) as T[];
  }

  /** `empty`: there is nothing to keep, so nothing is said about keeping it. */
  change(value: T, empty = false): void {
    if (this.#person !== people) return;
    const known = unsaved.get(this.#place) ?? { others: [], id: uuid7(), rows: [] };
    const now = { ...known, value, empty, failed: this.held && !empty, others: [], stored: false };
    unsaved.set(this.#place, now);
    store(this.#place, now);
    if (this.held) return;
    if (!this.#next) this.#since = Date.now();
    this.#next = { value, empty };
    pending.add(this);
    this.state = empty ? 'none' : 'saving';
    this.#in(Math.max(0, Math.min(800, this.#since + 4000 - Date.now())));
  }

  /** What stands here is what the server keeps. */
  drop(empty: boolean): void {
    this.#next = null;
    pending.delete(this);
    forget(this.#place);
    this.state = empty ? 'none' : 'saved';
  }

  /** For an effect: a page that is hidden may never come back, so do not wait for the pause then. */
  watch(): () => void {
    const hide = () => {
      if (document.visibilityState === 'hidden') this.flush();
    };
    const now = () => this.flush();
    document.addEventListener('visibilitychange', hide);
    addEventListener('pagehide', now);
    addEventListener('online', now);
    return () => {
      document.removeEventListener('visibilitychange', hide);
      removeEventListener('pagehide', now);
      removeEventListener('online', now);
      this.flush();
    };
  }

  /** Leaving the page or sending: do not wait for the pause. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    void this.#saveNow();
  }

  /** Resolves when what was written is saved, or the save has failed once. */
  async settle(): Promise<void> {
    await this.#run;
    this.flush();
    await this.#run;
  }

  #in(millis: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), millis);
  }

  async #saveNow(): Promise<void> {
    if (this.#run || !this.#next || this.#person !== people) return;
    this.#run = this.#saveNext(this.#next);
    await this.#run;
    this.#run = null;
    if (!this.#next) pending.delete(this);
    else if (!this.#timer) this.#in(200);
  }

  async #saveNext(taken: { value: T; empty: boolean }): Promise<void> {
    this.#next = null;
    try {
      await this.#save(taken.value);
      this.#tries = 0;
      if (this.#person !== people) return;
      if (unsaved.get(this.#place)?.value === taken.value) forget(this.#place);
      if (!this.#next) this.state = taken.empty ? 'none' : 'saved';
    } catch (error) {
      const kept = this.#person === people ? unsaved.get(this.#place) : undefined;
      if (kept) kept.failed = !taken.empty;
      const lasting = error instanceof Problem && !error.passing;
      if (!lasting) {
        this.#next ??= taken;
        this.#in(backoff(this.#tries++));
      }
      this.state = (this.#next ?? taken).empty ? 'none' : this.#next ? 'failed' : 'refused';
    }
  }
}
