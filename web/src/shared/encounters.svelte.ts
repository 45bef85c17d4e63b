import { api } from './api';
import { app, explain } from './session.svelte';
import type { Encounter } from './types';

/** The sessions of one episode, the latest first, kept up to date while someone watches. */
export class SessionsOf {
  items = $state<Encounter[]>([]);
  loaded = $state(false);
  failed = $state('');
  more = $state(false);
  #asked = 0;
  #reading = false;

  constructor(readonly episode: string) {}

  /** The one that is open. */
  get open(): Encounter | undefined {
    return this.items.find((one) => one.status === 'open');
  }

  /** The open one, or the planned one that comes soonest; one that nobody began and whose time is over comes no more. */
  get next(): Encounter | undefined {
    const ends = (one: Encounter) => Date.parse(one.starts_at) + one.minutes * 60_000;
    return this.open ?? this.items.filter((one) => one.status === 'planned' && ends(one) > Date.now()).at(-1);
  }

  /** For an effect: answers how to stop. */
  watch(): () => void {
    const read = () => void this.read();
    read();
    return app.listen({
      resume: read,
      passing: (event) => {
        if (event.kind === 'encounter' && event.body.episode === this.episode) read();
      }
    });
  }

  async read(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const page = await api.encounters(this.episode);
      // An older answer may come after a younger one.
      if (asked !== this.#asked) return;
      const fresh = new Set(page.encounters.map((one) => one.id));
      const older = page.more ? this.items.filter((one) => !fresh.has(one.id)) : [];
      if (older.length === 0) this.more = page.more;
      this.items = [...page.encounters, ...older];
      this.failed = '';
      this.loaded = true;
    } catch (error) {
      if (asked === this.#asked) this.failed = explain(error);
    }
  }

  async readMore(): Promise<void> {
    const last = this.items.at(-1);
    if (!last || !this.more || this.#reading) return;
    this.#reading = true;
    try {
      const page = await api.encounters(this.episode, last.id);
      const known = new Set(this.items.map((one) => one.id));
      this.items = [...this.items, ...page.encounters.filter((one) => !known.has(one.id))];
      this.more = page.more;
    } catch (error) {
      this.failed = explain(error);
    } finally {
      this.#reading = false;
    }
  }

  /** Reads on until the list holds whatever began after that time. */
  reachBack(to: string | undefined): void {
    const last = this.items.at(-1);
    if (to && last && this.more && Date.parse(last.began_at ?? last.starts_at) > Date.parse(to)) void this.readMore();
  }
}
