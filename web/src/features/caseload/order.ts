import type { CaseloadClient } from '../../shared/types';

/** In which order the clients stand, by their episodes: those who need us, and all others. */
export interface Order {
  waiting: string[];
  rest: string[];
}

/** As the server puts them: whoever needs us most first. */
export function orderOf(clients: CaseloadClient[]): Order {
  const ids = (some: CaseloadClient[]) => some.map((one) => one.episode);
  return {
    waiting: ids(clients.filter((one) => one.reasons.length > 0)),
    rest: ids(clients.filter((one) => one.reasons.length === 0))
  };
}

export const isSame = (a: Order, b: Order) =>
  a.waiting.join() === b.waiting.join() && a.rest.join() === b.rest.join();

/** The clients in an order that was taken earlier: nobody moves under the finger, whoever is new stands first. */
export function arranged(clients: CaseloadClient[], held: Order): { waiting: CaseloadClient[]; rest: CaseloadClient[] } {
  const left = new Map(clients.map((one) => [one.episode, one]));
  const take = (ids: string[]) => ids.flatMap((id) => {
    const one = left.get(id);
    left.delete(id);
    return one ? [one] : [];
  });
  const waiting = take(held.waiting);
  const rest = take(held.rest);
  return { waiting: [...left.values(), ...waiting], rest };
}

const plain = (text: string) => text.normalize('NFD').replace(/\p{Diacritic}/gu, '').toLocaleLowerCase();

/** Those whose name has every word of what is looked for, whatever the accents. */
export function named(clients: CaseloadClient[], wanted: string): CaseloadClient[] {
  const words = plain(wanted).split(/\s+/).filter(Boolean);
  return clients.filter((one) => words.every((word) => plain(one.client.name).includes(word)));
}
