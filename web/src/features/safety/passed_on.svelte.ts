import { api } from '../../shared/api';
import { List } from '../../shared/list.svelte';
import { app } from '../../shared/session.svelte';
import type { Form, Told } from '../../shared/types';
import { mayHavePassed } from '../questionnaires/waiting';

export interface PassedOn {
  form: Form;
  told: Told;
}

/** For a client: which of their answers were passed on to somebody lately, the latest first, and what came of it. */
export class PassedOnOf {
  #list: List<PassedOn>;

  constructor(episode: string, now: () => number) {
    this.#list = new List(async () => {
      const forms = (await api.forms(episode)).filter((form) => mayHavePassed(form, now()));
      const read = await Promise.all(forms.map((form) => api.form(form.id)));
      return read
        .flatMap(({ form, told }) => (told ? [{ form, told }] : []))
        .sort((a, b) => Date.parse(b.told.since) - Date.parse(a.told.since));
    });
  }

  get items(): PassedOn[] {
    return this.#list.items;
  }

  /** For an effect: answers how to stop. Reading it is a look at one's record, so only what can change it leads to one. */
  watch(): () => void {
    const load = () => void this.#list.load();
    const seen = () => {
      if (document.visibilityState === 'visible') load();
    };
    load();
    document.addEventListener('visibilitychange', seen);
    const unlisten = app.listen({ resume: load, passing: (event) => event.kind === 'form' && load() });
    return () => {
      document.removeEventListener('visibilitychange', seen);
      unlisten();
    };
  }
}
