import { uuid7 } from './uuid7';

/** Under which id a record is sent: the same at every try of the same words, another once they were changed. */
export class Tries {
  #id = uuid7();
  #words: string | null = null;

  idOf(content: object): string {
    const words = JSON.stringify(content);
    if (this.#words !== null && words !== this.#words) this.#id = uuid7();
    this.#words = words;
    return this.#id;
  }
  /** It arrived; what comes next is another record, also in the same words. */
  arrived(): void {
    this.#id = uuid7();
    this.#words = null;
  }
}
