import { app, explain } from './session.svelte';
import type { PassingEvent } from './types';

// A chat tells of many small changes: one reading answers for all that come in this time.
const pause = 400;

/** A list that is read once and again whenever something tells that it is stale. */
export class List<T> {
  items = $state<T[]>([]);
  loaded = $state(false);
  failed = $state('');
  #read: () => Promise<T[]>;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #asked = 0;

  constructor(read: () => Promise<T[]>) {
    this.#read = read;
  }

  /** For an effect: answers how to stop. */
  watch(passing?: (event: PassingEvent) => void): () => void {
    void this.load();
    const soon = () => {
      this.#timer ??= setTimeout(() => void this.load(), pause);
    };
    const unlisten = app.listen({ stale: soon, sent: soon, resume: soon, ...(passing ? { passing } : {}) });
    return () => {
      unlisten();
      if (this.#timer) clearTimeout(this.#timer);
    };
  }

  async load(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const asked = ++this.#asked;
    try {
      const items = await this.#read();
      // An older answer may come after a younger one.
      if (asked !== this.#asked) return;
      this.items = items;
      this.failed = '';
      this.loaded = true;
    } catch (error) {
      if (asked === this.#asked) this.failed = explain(error);
    }
  }
}
