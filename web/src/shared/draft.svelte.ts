import { Problem } from './api';
import { backoff } from './live';

export type DraftState = 'none' | 'saving' | 'saved' | 'failed';

/** Saves what is being written a moment after the last key; one save at a time, the latest wins. */
export class Draft<T> {
  state = $state<DraftState>('none');
  #save: (value: T) => Promise<unknown>;
  #next: { value: T; empty: boolean } | null = null;
  #running = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #tries = 0;

  constructor(save: (value: T) => Promise<unknown>) {
    this.#save = save;
  }

  /** `empty`: there is nothing to keep, so nothing is said about keeping it. */
  change(value: T, empty = false): void {
    this.#next = { value, empty };
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
    if (this.#running || !this.#next) return;
    this.#running = true;
    const taken = this.#next;
    this.#next = null;
    try {
      await this.#save(taken.value);
      this.#tries = 0;
      if (!this.#next) this.state = taken.empty ? 'none' : 'saved';
    } catch (error) {
      const lasting = error instanceof Problem && !error.passing;
      if (!lasting) {
        this.#next ??= taken;
        this.#in(backoff(this.#tries++));
      }
      this.state = taken.empty && !this.#next ? 'none' : 'failed';
    } finally {
      this.#running = false;
      if (this.#next && !this.#timer) this.#in(200);
    }
  }
}
