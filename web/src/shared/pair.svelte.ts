import { api } from './api';
import { DraftWords } from './draft_words.svelte';
import { List } from './list.svelte';
import { app } from './session.svelte';
import type { Episode } from './types';
import { unreadOf, type Unread } from './unread';

interface Found {
  episode: Episode;
  unread: Unread;
  /** Unread in all other episodes of the person who looks. */
  elsewhere: number;
}

/** With whom a client works: of a therapist who has left, whoever goes on. */
export const treats = ({ therapist, away }: Pick<Episode, 'therapist' | 'away'>) => (away && !away.until && away.deputy ? away.deputy : therapist);

/** The two people of an episode, by when one hears from the other, and what is unread, beside their conversation. */
export class Pair {
  /** What there was when it ended for whoever looks, while they looked: a colleague is back, or the account was closed. */
  ended = $state<{ episode: Episode; written: string } | null>(null);
  #list: List<Found>;

  constructor(readonly id: string) {
    this.#list = new List(() => this.#find());
  }

  get episode(): Episode | null {
    return this.#list.items[0]?.episode ?? null;
  }

  get unread(): Unread & { elsewhere: number } {
    const found = this.#list.items[0];
    return { chat: 0, letters: 0, ...found?.unread, elsewhere: found?.elsewhere ?? 0 };
  }

  get other() {
    const both = this.episode;
    return both && (both.client.id === app.me ? treats(both) : both.client);
  }

  /** Whoever looks is its therapist, and does not only stand in: sessions, forms and notes are theirs to arrange. */
  get leads(): boolean {
    return this.episode?.therapist.id === app.me;
  }

  /** There is no such episode, or it is not for whoever looks. */
  get missing(): boolean {
    return this.#list.loaded && this.#list.items.length === 0;
  }

  /** Why there is nothing to show; a later failure leaves what is known. */
  get failed(): string {
    return this.#list.loaded ? '' : this.#list.failed;
  }

  /** For an effect: answers how to stop. */
  watch(): () => void {
    const unwatch = this.#list.watch((event) => {
      const episode = this.episode;
      if (episode && event.kind === 'presence' && event.room === episode.chat_room && event.body.account === this.other?.id) episode.present = event.body.present;
    });
    const unlisten = app.listen({
      message: (event) => this.#heard(event.body),
      sent: (message) => this.#heard(message)
    });
    return () => {
      unwatch();
      unlisten();
    };
  }

  read(): Promise<void> {
    return this.#list.load();
  }

  async #find(): Promise<Found[]> {
    const episodes = await api.episodes();
    const episode = episodes.find((one) => one.id === this.id);
    if (!episode) {
      const was = this.episode;
      if (was) this.ended = { episode: was, written: DraftWords.shown?.text ?? '' };
      return [];
    }
    this.ended = null;
    const all = episodes.reduce((sum, one) => sum + one.unread, 0);
    return [{ episode, unread: await unreadOf(episode), elsewhere: all - episode.unread }];
  }

  /** What a message changes at once; all else waits for the next reading. */
  #heard({ author, at }: { author: string; at: string }): void {
    const { episode } = this;
    if (!episode) return;
    const byClient = author === episode.client.id;
    if (byClient && !episode.waiting_since) {
      const { agreed, hours } = episode.reply_time;
      episode.waiting_since = at;
      episode.reply_by = agreed && hours && !episode.away?.now ? new Date(Date.parse(at) + hours * 3_600_000).toISOString() : null;
    }
    // An answer in one room leaves what waits in another.
    if (!byClient && episode.waiting_since) void this.read();
  }
}
