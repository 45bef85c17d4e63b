import { m } from '../paraglide/messages.js';

/** In this time messages that come together are gathered into one sentence; in milliseconds. */
const gathering = 400;
/** So long a sentence stands before the next takes its place: read out is only what a reader finds there. */
const standing = 1500;

/** What is read out to those who listen to the screen: one sentence after the other, none in place of another. */
export class Announcer {
  /** Stands in a region of the page that is read out when it changes. */
  said = $state('');
  #queue: string[] = [];
  #messages: string[] = [];
  #speaking: ReturnType<typeof setTimeout> | null = null;
  #gathering: ReturnType<typeof setTimeout> | null = null;

  say(sentence: string): void {
    this.#queue.push(sentence);
    if (!this.#speaking) this.#next();
  }

  /** The words of a message that came; of several at once only their number is told. */
  message(words: string): void {
    this.#messages.push(words);
    this.#gathering ??= setTimeout(() => this.#tell(), gathering);
  }

  /** Someone else may use the page now. */
  hush(): void {
    for (const timer of [this.#speaking, this.#gathering]) if (timer) clearTimeout(timer);
    this.#speaking = this.#gathering = null;
    this.#queue = [];
    this.#messages = [];
    this.said = '';
  }

  #tell(): void {
    this.#gathering = null;
    const [only, ...more] = this.#messages.splice(0);
    if (only !== undefined) this.say(more.length === 0 ? only : m.new_messages({ count: more.length + 1 }));
  }

  #next(): void {
    this.said = this.#queue.shift() ?? '';
    // Emptied in the end, so that the same sentence is a change when it is said again.
    this.#speaking = this.said === '' ? null : setTimeout(() => this.#next(), standing);
  }
}
