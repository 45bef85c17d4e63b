import { api, Problem } from './api';
import { Draft, unsavedRead } from './draft.svelte';
import { join, tidy, toSend } from './text';
import type { DraftText, DraftToSave } from './types';
import { uuid7 } from './uuid7';

export interface Words {
  subject: string;
  text: string;
}

/** A whole message as it goes out: under ids that were made once, whichever device sends it. */
export interface Letter extends Words {
  message: string;
  thread: string;
}

interface Unsaved extends Letter {
  based_on: number;
  /** When it was written, in milliseconds of this device's clock. */
  at: number;
}

/** What another device wrote, and when the server had it. */
export interface OtherWords extends Words {
  saved_at: string | null;
}

/** Where the server keeps the draft: one for a room, and one for the next new thread of an episode. */
export interface DraftPlace {
  name: string;
  /** Whether sending it begins a thread. */
  begins: boolean;
  read: () => Promise<DraftText>;
  save: (draft: DraftToSave) => Promise<{ revision: number }>;
}

export const draftOfRoom = (room: string): DraftPlace => ({
  name: `room ${room}`,
  begins: false,
  read: () => api.roomDraft(room),
  save: (draft) => api.saveRoomDraft(room, draft)
});

export const draftOfNewThread = (episode: string): DraftPlace => ({
  name: `new ${episode}`,
  begins: true,
  read: () => api.episodeDraft(episode),
  save: (draft) => api.saveEpisodeDraft(episode, draft)
});

/** A field that waits longer for what is kept would keep someone from writing; in milliseconds. */
const patience = 3000;

const isEmpty = ({ subject, text }: Words) => subject === '' && text === '';
const same = (one: Words, other: Words) => one.subject === other.subject && one.text === other.text;
/** Whether nothing of `less` is lost when only `more` stays. */
const holds = (more: Words, less: Words) => more.subject.startsWith(less.subject) && more.text.startsWith(less.text);

/**
 * What someone is writing, on all of their devices: the server keeps it under a revision, and a device that has not seen
 * the latest one overwrites nothing. Where two devices differ, the person sees both and chooses.
 */
export class DraftWords {
  /** What stands on the screen to be written on. */
  static shown: DraftWords | null = null;
  subject = $state('');
  text = $state('');
  /** What another device has written meanwhile, until the person has chosen. */
  other = $state<OtherWords | null>(null);
  /** What was not chosen: at hand until the message is sent or the page is left. */
  dropped = $state<Words | null>(null);
  /** When the words that stand here were written, in milliseconds of this device's clock. */
  at = $state(0);
  /** What is kept is on its way, and is to stand in the field before someone writes into it. */
  reading = $state(true);
  readonly draft: Draft<Unsaved>;
  #place: DraftPlace;
  #latest: DraftText | null = null;
  #revision = 0;
  /** What stood here when it was last looked at. */
  #seen: Words = { subject: '', text: '' };
  /** What the server has under that revision. */
  #kept: Words = { subject: '', text: '' };
  #message = '';
  #thread = '';
  /** The messages that were seen to be sent. */
  #gone = new Set<string>();

  constructor(place: DraftPlace) {
    this.#place = place;
    this.draft = new Draft<Unsaved>(place.name, (value) => this.#save(value));
  }

  get state() {
    return this.draft.state;
  }

  /** The id under which it will be sent; none before something is written. */
  get message(): string {
    return this.#message;
  }

  /** What this device could not save goes on, with what the server keeps. */
  async open(): Promise<void> {
    const limit = setTimeout(() => (this.reading = false), patience);
    await unsavedRead();
    const left = this.draft.left;
    if (left) {
      this.subject = left.subject;
      this.text = this.draft.leftElsewhere.reduce((text, one) => join(one.text, text), left.text);
      this.#revision = left.based_on;
      this.#message = left.message;
      this.#thread = left.thread;
      this.#look(left.at);
      this.changed();
    }
    // When it cannot be read, the first save will tell what is there.
    await this.#read().catch(() => {});
    clearTimeout(limit);
    this.reading = false;
  }

  /** Back at this page, or connected again: what was done on another device goes on here. */
  async again(): Promise<void> {
    if (this.reading || document.visibilityState !== 'visible' || this.draft.left) return;
    await this.#read().catch(() => {});
  }

  /** The thread was begun in which this is written: until then its draft was refused. */
  begun(): void {
    if (this.state === 'refused' && !this.other) this.changed();
  }

  /** For an effect: answers how to stop. */
  watch(): () => void {
    const again = () => void this.again();
    const unwatch = this.draft.watch();
    DraftWords.shown = this;
    document.addEventListener('visibilitychange', again);
    return () => {
      document.removeEventListener('visibilitychange', again);
      if (DraftWords.shown === this) DraftWords.shown = null;
      unwatch();
    };
  }

  changed(): void {
    const words = this.#look(Date.now());
    const empty = isEmpty(words);
    if (empty) this.#message = this.#thread = '';
    else {
      this.#message ||= uuid7();
      this.#thread ||= uuid7();
    }
    this.draft.change({ ...words, message: this.#message, thread: this.#thread, based_on: this.#revision, at: this.at }, empty);
  }

  /**
   * Takes everything out to be sent; `sent` or `putBack` has to follow. Where another device has other words under the same
   * ids, these go out under ids of their own, and those stay.
   */
  takeOut(): Letter {
    const theirs = this.#message !== '' && this.#latest?.message === this.#message;
    const letter = {
      subject: toSend(this.subject), text: toSend(this.text),
      message: (!theirs && this.#message) || uuid7(), thread: (!theirs && this.#thread) || uuid7()
    };
    this.subject = this.text = this.#message = this.#thread = '';
    return letter;
  }

  /** It lies where it cannot get lost any more. Something may have been written since. */
  sent(): void {
    this.dropped = null;
    this.#choose();
    this.changed();
    this.draft.flush();
  }

  putBack({ subject, text, message, thread }: Letter): void {
    this.subject ||= subject;
    this.text = join(text, this.text);
    this.#message = message;
    this.#thread = thread;
  }

  /** A message was sent, by whichever device: it must not wait here to be sent once more, nor be chosen from. */
  wasSent(id: string, text: string): void {
    this.#gone.add(id);
    const chosen = id === this.#latest?.message;
    if (chosen) this.#choose();
    if (id === this.#message) {
      this.#message = this.#thread = '';
      if (text.startsWith(toSend(this.text))) this.subject = this.text = '';
    } else if (!chosen) return;
    this.changed();
  }

  keepMine(): void {
    const latest = this.#latest;
    if (!latest) return;
    this.dropped = { subject: latest.subject, text: latest.text };
    this.#buildOn(latest);
    this.#choose();
    this.changed();
    this.draft.flush();
  }

  takeOther(): void {
    const latest = this.#latest;
    if (!latest) return;
    this.dropped = this.#tidy();
    this.#choose();
    this.#take(latest);
  }

  /** The other one after all; what stood here is at hand instead. */
  exchange(): void {
    if (!this.dropped) return;
    const mine = this.#tidy();
    this.subject = this.dropped.subject;
    this.text = this.dropped.text;
    this.dropped = isEmpty(mine) ? null : mine;
    this.changed();
    this.draft.flush();
  }

  /** What stands here; `at`: when it was written, if it is not what stood here before. */
  #look(at: number): Words {
    const words = this.#tidy();
    if (!same(words, this.#seen)) this.at = at;
    this.#seen = words;
    return words;
  }

  #tidy(): Words {
    return { subject: tidy(this.subject), text: tidy(this.text) };
  }

  #choose(): void {
    this.other = this.#latest = null;
    this.draft.held = false;
  }

  async #save({ subject, text, message, thread }: Unsaved): Promise<void> {
    try {
      const ids = { ...(message ? { message } : {}), ...(message && this.#place.begins ? { thread } : {}) };
      const { revision } = await this.#place.save({ based_on: this.#revision, subject, text, ...ids });
      this.#revision = revision;
      this.#kept = { subject, text };
      // What was written meanwhile goes on from this.
      if (!same(this.#tidy(), this.#kept) && this.draft.left) this.changed();
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'draft.older') throw error;
      // Where nothing is left to keep, what another device writes stays there.
      if (isEmpty({ subject, text })) return;
      await this.#read();
      if (this.other) throw error;
    }
  }

  async #read(): Promise<void> {
    this.#meet(await this.#place.read());
  }

  /** What the server keeps may be another than what this device knows; what was sent meanwhile is kept no longer. */
  #meet(told: DraftText): void {
    const latest = told.message && this.#gone.has(told.message) ? { revision: told.revision, subject: '', text: '' } : told;
    if (latest.revision === this.#revision && !this.other) return;
    const mine = this.#tidy();
    if (same(mine, this.#kept) || holds(latest, mine)) {
      this.#choose();
      this.#take(latest);
    } else if (holds(mine, latest)) {
      this.#choose();
      this.#buildOn(latest);
      this.changed();
    } else {
      this.#latest = latest;
      this.other = { subject: latest.subject, text: latest.text, saved_at: latest.saved_at ?? null };
      this.draft.held = true;
      this.changed();
    }
  }

  #take(latest: DraftText): void {
    this.#buildOn(latest);
    this.subject = latest.subject;
    this.text = latest.text;
    this.#message = latest.message ?? '';
    this.#thread = latest.thread ?? '';
    this.draft.drop(isEmpty(latest));
  }

  /** An empty one may have been sent, and its ids with it. */
  #buildOn(latest: DraftText): void {
    this.#revision = latest.revision;
    this.#kept = { subject: latest.subject, text: latest.text };
    if (isEmpty(latest)) this.#message = this.#thread = '';
    else {
      this.#message = latest.message ?? this.#message;
      this.#thread = latest.thread ?? this.#thread;
    }
  }
}
