import { List } from '../../shared/list.svelte';
import { app } from '../../shared/session.svelte';
import type { Topic } from './api';
import { whyNot } from './words';

/** One part of the page: read, read again when it is told that it changed, and changed one thing after the other. */
export class Part<T> {
  busy = $state(false);
  problem = $state('');
  /** About which item the problem is; "" for the part as a whole. */
  at = $state('');
  #list: List<T>;

  constructor(
    readonly episode: string,
    readonly topic: Topic,
    read: () => Promise<T>
  ) {
    this.#list = new List(async () => [await read()]);
  }

  get it(): T | undefined {
    return this.#list.items[0];
  }

  get failed(): string {
    return this.#list.failed;
  }

  /** For an effect: answers how to stop. */
  watch(): () => void {
    return this.#list.watch((event) => {
      if (event.kind === 'between' && event.body.episode === this.episode && event.body.topic === this.topic) void this.read();
    });
  }

  read(): Promise<void> {
    return this.#list.load();
  }

  /** Whether it was done. `said` is read out. */
  async run(at: string, change: () => Promise<unknown>, said: string): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = '';
    this.at = at;
    try {
      await change();
      await this.read();
      if (said) app.say(said);
      return true;
    } catch (error) {
      this.problem = whyNot(error);
      await this.read();
      return false;
    } finally {
      this.busy = false;
    }
  }
}
