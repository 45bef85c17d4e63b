import { Problem } from './api';
import { backoff } from './live';

export type DraftState = 'none' | 'saving' | 'saved' | 'failed' | 'refused';

/** What was written and has not reached the server, by place, for the case that its screen goes first. */
const unsaved = new Map<string, Unsaved>();

interface Unsaved {
  value: unknown;
  empty: boolean;
  failed: boolean;
  /** Written while it was not known what the server keeps for this place. */
  unread: boolean;
}

/** A log-out waits no longer for the last save; in milliseconds. */
const patience = 5000;
/** Drafts with something to save. */
const pending = new Set<{ settle: () => Promise<void> }>();

/** Counts the people who used this page one after another: a draft is saved only for the one who wrote it. */
let people = 0;

/** Someone else uses this page now, or nobody. */
export function forgetUnsaved(): void {
  unsaved.clear();
  people += 1;
}

/** Whether closing the page would lose something: the server has not taken it at the first try. */
export function losesDrafts(): boolean {
  return [...unsaved.values()].some((one) => one.failed);
}

/** Before a log-out: saves what was just written. False when something that is not empty is still not saved. */
export async function saveDrafts(): Promise<boolean> {
  const saved = Promise.all([...pending].map((draft) => draft.settle()));
  await Promise.race([saved, new Promise((resolve) => setTimeout(resolve, patience))]);
  return [...unsaved.values()].every((one) => one.empty);
}

/**
 * Saves what is being written a moment after the last key, and within seconds when keys never pause; one save at a time, the latest wins. What could not be saved,
 * because the log-in ended or the network was gone, is there again for the next draft of the same place.
 */
export class Draft<T> {
  state = $state<DraftState>('none');
  /** Whether it is known what the server keeps. Until then nothing is saved, or the first key would overwrite it. */
  kept = $state<'known' | 'reading' | 'failed'>('known');
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

  /** `empty`: there is nothing to keep, so nothing is said about keeping it. */
  change(value: T, empty = false): void {
    const unread = this.kept !== 'known';
    unsaved.set(this.#place, { value, empty, failed: unread && !empty, unread });
    if (unread) return;
    if (!this.#next) this.#since = Date.now();
    this.#next = { value, empty };
    pending.add(this);
    this.state = empty ? 'none' : 'saving';
    this.#in(Math.max(0, Math.min(800, this.#since + 4000 - Date.now())));
  }

  /**
   * Gives `take` what an earlier draft of this place left behind, or else what the server keeps; both when the former was
   * written without knowledge of the latter.
   */
  async read(ask: () => Promise<T>, take: (value: T) => void): Promise<void> {
    const left = unsaved.get(this.#place);
    if (left) take(left.value as T);
    if (left && !left.unread) return;
    this.kept = 'reading';
    try {
      const value = await ask();
      this.kept = 'known';
      take(value);
    } catch {
      this.kept = 'failed';
    }
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
      if (unsaved.get(this.#place)?.value === taken.value) unsaved.delete(this.#place);
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
