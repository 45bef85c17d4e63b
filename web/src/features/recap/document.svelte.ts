import { m } from '../../paraglide/messages.js';
import { Problem } from '../../shared/api';
import { app, explain } from '../../shared/session.svelte';
import { tidy } from '../../shared/text';
import { uuid7 } from '../../shared/uuid7';
import { recaps, type Recap, type RecapStep } from './api';
import { meet, say, writtenOf, type Change } from './merge';

/** After so long without a key what was written is saved; milliseconds. */
const pause = 900;
/** As often one change is made anew on what the other saved in between. */
const tries = 4;

/** One recap, read, told of and changed together: a change is made on what stands there, however often that moves. */
export class RecapDocument {
  it = $state<Recap | null>(null);
  failed = $state('');
  problem = $state('');
  busy = $state(false);
  /** What stands in the field, and how far it has come. */
  text = $state('');
  saving = $state<'none' | 'saving' | 'saved' | 'failed'>('none');
  /** What the other wrote in the same text meanwhile. */
  clash = $state<string | null>(null);
  /** What the field began with. */
  #was = '';
  #timer: ReturnType<typeof setTimeout> | null = null;
  #ids = new Map<string, string>();
  #last: Promise<unknown> = Promise.resolve();
  #asked = 0;

  constructor(readonly encounter: string) {}

  /** For an effect: answers how to stop. */
  watch(): () => void {
    void this.read();
    const unlisten = app.listen({
      // What could not be saved without the line is saved now.
      resume: () => {
        this.problem = '';
        void this.read().then(() => this.flush());
      },
      passing: (event) => {
        const own = event.kind === 'recap' && event.body.encounter === this.encounter;
        const around = (event.kind === 'between' || event.kind === 'encounter') && event.body.episode === this.it?.episode;
        if (own || around) void this.read();
      }
    });
    return () => {
      unlisten();
      void this.flush();
    };
  }

  async read(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const found = await recaps.read(this.encounter);
      if (asked !== this.#asked) return;
      this.it = found;
      this.failed = '';
      this.#hear(found.content.with_us);
    } catch (error) {
      if (asked === this.#asked) this.failed = explain(error);
    }
  }

  /** What the other wrote in the text comes into the field, unless one has written in it oneself. */
  #hear(theirs: string): void {
    const found = meet(this.#was, tidy(this.text), theirs);
    if (found === 'mine') return;
    if (found === 'clash') {
      this.#stop();
      this.clash = theirs;
      return;
    }
    this.text = this.#was = theirs;
    this.clash = null;
  }

  get isDirty(): boolean {
    return tidy(this.text) !== this.#was;
  }

  typed(): void {
    if (this.clash !== null) return;
    this.#stop();
    this.saving = 'saving';
    this.#timer = setTimeout(() => void this.flush(), pause);
  }

  #stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Saves what stands in the field. False when it is not saved, or somebody has to choose. */
  async flush(): Promise<boolean> {
    this.#stop();
    if (this.clash !== null) return false;
    if (!this.isDirty) return true;
    this.saving = 'saving';
    this.problem = '';
    const mine = tidy(this.text);
    const saved = await this.#queue(() => this.#save(say(mine), mine));
    this.saving = saved ? 'saved' : this.clash === null ? 'failed' : 'none';
    return saved;
  }

  /** Of the two texts this one is to stand. */
  async settle(text: string): Promise<boolean> {
    this.#was = this.clash ?? this.#was;
    this.clash = null;
    this.text = text;
    return this.flush();
  }

  /** One change of one thing; where it is made already, by a second tap, nothing is sent. `said` is read out. */
  async change(change: Change, said: string): Promise<boolean> {
    this.busy = true;
    this.problem = '';
    try {
      const done = await this.#queue(() => this.#save(change));
      if (done && said) app.say(said);
      return done;
    } finally {
      this.busy = false;
    }
  }

  /** One after the other: each goes on from what the one before left. */
  #queue<T>(run: () => Promise<T>): Promise<T> {
    const next = this.#last.then(run, run);
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** `mine`: the text that is saved. Where the other changed it too nothing is sent: somebody has to choose. */
  async #save(change: Change, mine?: string): Promise<boolean> {
    for (let attempt = 0; attempt < tries && this.it; attempt++) {
      if (mine !== undefined && meet(this.#was, mine, this.it.content.with_us) === 'clash') {
        this.clash = this.it.content.with_us;
        return false;
      }
      const stands = writtenOf(this.it);
      const wanted = change(stands);
      if (JSON.stringify(wanted) === JSON.stringify(stands)) return true;
      const based_on = this.it.revision;
      try {
        await recaps.save(this.encounter, { id: this.#idOf(`save ${based_on} ${JSON.stringify(wanted)}`), based_on, ...wanted });
        if (mine !== undefined) this.#was = mine;
        await this.read();
        return true;
      } catch (error) {
        if (!(error instanceof Problem && error.code === 'recap.moved')) {
          this.problem = explain(error);
          if (error instanceof Problem && error.status !== 0) await this.read();
          return false;
        }
        await this.read();
      }
    }
    this.problem = m.recap_moved();
    return false;
  }

  /** The same at every try, so that what was taken before its answer was lost is not taken twice. */
  #idOf(what: string): string {
    const id = this.#ids.get(what) ?? uuid7();
    this.#ids.set(what, id);
    return id;
  }

  /** What stands there on this screen, and nothing newer, is proposed, confirmed or sent back. */
  async step(step: RecapStep, said: string, words = ''): Promise<boolean> {
    if (this.busy || !this.it) return false;
    this.busy = true;
    this.problem = '';
    try {
      // Once it cannot be changed any more, what was not saved in time is in nobody's way.
      if (this.it.may_change && !(await this.flush())) {
        if (this.clash !== null) this.problem = m.recap_clash();
        return false;
      }
      const revision = this.it.revision;
      await recaps.step(this.encounter, { id: this.#idOf(`${step} ${revision} ${words}`), step, revision, ...(words ? { words } : {}) });
      this.#ids.clear();
      await this.read();
      if (said) app.say(said);
      return true;
    } catch (error) {
      const moved = error instanceof Problem && (error.code === 'recap.moved' || error.code === 'recap.step');
      this.problem = moved ? m.recap_moved() : explain(error);
      await this.read();
      return false;
    } finally {
      this.busy = false;
    }
  }
}
