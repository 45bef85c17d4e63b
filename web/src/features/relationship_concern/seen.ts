import { isOpen } from './words';
import type { OwnConcern } from './api';

/** Tells the server what stood before somebody's eyes: nothing of a page that is hidden or shows something else, and each
 *  thing once. */
export class Seen {
  #told = new Set<string>();
  #see: (id: string, news: number) => Promise<unknown>;

  constructor(see: (id: string, news: number) => Promise<unknown>) {
    this.#see = see;
  }

  async look(concerns: OwnConcern[], shown: boolean): Promise<void> {
    if (!shown) return;
    await Promise.all(concerns.filter((one) => isOpen(one) && one.waits).map((one) => this.#tell(one)));
  }

  async #tell({ id, news }: OwnConcern): Promise<void> {
    const what = `${id} ${news}`;
    if (this.#told.has(what)) return;
    this.#told.add(what);
    try {
      await this.#see(id, news);
    } catch {
      this.#told.delete(what); // it waits on, and is told when it is looked at again
    }
  }
}
