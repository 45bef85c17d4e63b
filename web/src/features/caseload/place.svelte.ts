import { app } from '../../shared/session.svelte';

/** Where one was in the list, for when one comes back. In memory only: what was looked for is a name. */
class Place {
  wanted = $state('');
  /** The first client in view, and how far their row was from the top of the window. */
  first: { episode: string; top: number } | null = null;
  #whose = '';

  /** Begins anew when somebody else has logged in. */
  enter(): void {
    const whose = app.session?.account.id ?? '';
    if (whose === this.#whose) return;
    this.#whose = whose;
    this.wanted = '';
    this.first = null;
  }
}

export const place = new Place();
