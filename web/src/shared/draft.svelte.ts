import { Problem } from './api';
import { backoff } from './live';

export type DraftState = 'none' | 'saving' | 'saved' | 'failed' | 'refused';

/** What was written and has not reached the server, by place, for the case that its screen goes first. */
const unsaved = new Map<string, { value: unknown; failed: boolean }>();

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

/**
 * Saves what is being written a moment after the last key; one save at a time, the latest wins. What could not be saved,
 * because the log-in ended or the network was gone, is there again for the next draft of the same place.
 */
export class Draft<T> {
  state = $state<DraftState>('none');
  #place: string;
  #person = people;
  #save: (value: T) => Promise<unknown>;
  #next: { value: T; empty: boolean } | null = null;
  #running = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
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
    this.#next = { value, empty };
    unsaved.set(this.#place, { value, failed: false });
    this.state = empty ? 'none' : 'saving';
    this.#in(800);
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
    void this.#run();
  }

  #in(millis: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), millis);
  }

  async #run(): Promise<void> {
    if (this.#running || !this.#next || this.#person !== people) return;
    this.#running = true;
    const taken = this.#next;
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
    } finally {
      this.#running = false;
      if (this.#next && !this.#timer) this.#in(200);
    }
  }
}
