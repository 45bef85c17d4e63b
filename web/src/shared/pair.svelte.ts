import { m } from '../paraglide/messages.js';
import { api } from './api';
import { app, explain } from './session.svelte';
import type { Episode } from './types';

/** The two people of an episode and by when one hears from the other, beside their conversation. */
export class Pair {
  episode = $state<Episode | null>(null);
  /** Why there is nothing to show; a later failure leaves what is known. */
  failed = $state('');

  constructor(readonly id: string) {}

  get other() {
    const both = this.episode;
    return both && (both.client.id === app.me ? both.therapist : both.client);
  }

  /** For an effect: answers how to stop. */
  watch(): () => void {
    const read = () => void this.read();
    read();
    return app.listen({
      stale: read,
      resume: read,
      message: (event) => this.#heard(event.body),
      sent: (message) => this.#heard(message)
    });
  }

  async read(): Promise<void> {
    try {
      this.episode = (await api.episodes()).find((one) => one.id === this.id) ?? null;
      this.failed = this.episode ? '' : m.not_found();
    } catch (error) {
      if (!this.episode) this.failed = explain(error);
    }
  }

  /** Most messages change nothing here, so the server is not asked after each. */
  #heard({ author, at }: { author: string; at: string }): void {
    const { episode } = this;
    if (!episode) return;
    const byClient = author === episode.client.id;
    if (byClient && !episode.waiting_since) {
      const { agreed, hours } = episode.reply_time;
      episode.waiting_since = at;
      episode.reply_by = agreed && hours ? new Date(Date.parse(at) + hours * 3_600_000).toISOString() : null;
    }
    // An answer in one room leaves what waits in another.
    if (!byClient && author === episode.therapist.id && episode.waiting_since) void this.read();
  }
}
