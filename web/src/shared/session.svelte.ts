import { m } from '../paraglide/messages.js';
import { Announcer } from './announcer.svelte';
import { api, Problem, setCsrf, whenAnswered, whenTrouble } from './api';
import { whenUsed } from './attention';
import { forgetUnsaved, keepDraftsIn, losesDrafts } from './draft.svelte';
import { backoff, Live, type LiveState, type Socket } from './live';
import { Outbox, saidOtherwise, type Outgoing, type Waiting } from './outbox';
import { prefs } from './prefs.svelte';
import { paths, router } from './router.svelte';
import type { PassingEvent, Practice, SentMessage, Session, StoredEvent } from './types';
import { makeIdsBy } from './uuid7';
import { Vault } from './vault';

/** What a screen wants to hear. */
export interface Listener {
  message?: (event: StoredEvent) => void;
  passing?: (event: PassingEvent) => void;
  sent?: (message: SentMessage) => void;
  /** Something that lists show has changed. */
  stale?: () => void;
  /** Connected again: whatever passed meanwhile was missed. */
  resume?: () => void;
}

/** Why the log-in screen shows. */
export type Notice = 'none' | 'expired' | 'elsewhere' | 'out';

export function explain(error: unknown): string {
  if (!(error instanceof Problem)) return m.error_refused();
  if (error.code === saidOtherwise) return m.state_otherwise();
  if (error.code === 'attachment.gone') return m.file_gone();
  if (error.status === 0) return m.error_unreachable();
  if (error.status === 404) return m.not_found();
  if (error.status === 413) return m.error_large();
  if (error.status === 422) return m.error_invalid();
  if (error.status === 429) return m.error_many();
  if (error.passing) return m.error_busy();
  return m.error_refused();
}

/** Both have ids of their own, so that doing it again after a lost answer changes nothing. */
async function sendNow({ id, room, text, begins, attachments }: Outgoing, signal: AbortSignal): Promise<SentMessage> {
  if (begins) await api.openThread(begins.episode, room, begins.subject, signal);
  const files = attachments?.map((one) => ({ id: one.id, ...(one.description ? { description: one.description } : {}) }));
  return api.send(room, { id, text, ...(files ? { attachments: files } : {}) }, signal);
}

class App {
  session = $state<Session | null>(null);
  practice = $state<Practice | null>(null);
  /** The server answers and has nobody to serve yet. */
  empty = $state(false);
  ready = $state(false);
  unreachable = $state(false);
  notice = $state<Notice>('none');
  /** The last words to somebody whose account was just closed. */
  farewell = $state('');
  deviceFailed = $state(false);
  line = $state<LiveState>('off');
  /** The line broke and does not stand again yet; it stays so through all attempts. */
  lost = $state(false);
  waiting = $state<Waiting[]>([]);
  /** Someone wrote while this page was not in view. */
  unseen = $state(false);
  live: Live;
  readonly announcer = new Announcer();
  #triedInVain = $state(false);
  #outbox: Outbox | null = null;
  #leaving = false;
  /** The next try to reach a server that could not be reached when the page was loaded, and how many there were. */
  #again: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  /** Who used this page last. */
  #last = '';
  /** What a log-in that ended leaves behind for the same person's next one. */
  #left: { account: string; waiting: Waiting[] } = { account: '', waiting: [] };
  #listeners = new Set<Listener>();
  /** Windows of one browser share the log-in, so they tell each other when it changes. */
  #windows = new BroadcastChannel('rapport-log-in');

  constructor() {
    this.live = new Live({
      open: () => {
        const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
        return new WebSocket(`${scheme}://${location.host}/api/live`) as unknown as Socket;
      },
      read: (room, after) => api.eventsAfter(room, after),
      onState: (state) => {
        this.line = state;
        if (state === 'waiting') this.lost = true;
        if (state === 'open' || state === 'off') this.lost = false;
        if (state === 'open') this.#outbox?.hurry();
      },
      onMessage: (event) => {
        this.#notice(event);
        this.#each((one) => one.message?.(event));
      },
      onPassing: (event) => {
        this.#each((one) => one.passing?.(event));
        if (!['typing', 'presence', 'encounter', 'opening'].includes(event.kind)) this.#each((one) => one.stale?.());
      },
      onOther: (event) => {
        this.#notice(event);
        if (event.body.author !== this.me) {
          this.announcer.message(m.new_message());
          void api.receipt(event.room, { delivered: event.seq }).catch(() => {});
        }
        this.#each((one) => one.stale?.());
      },
      onResume: () => this.#each((one) => one.resume?.()),
      onSignedOut: () => this.#expire(),
      // Asking tells whether the log-in has ended; when it has, the answer itself leads to the log-in screen.
      onRefused: () =>
        void api.session().then((session) => {
          if (session.needs_second_factor) this.#hold(session);
        }, () => {})
    });
    whenTrouble({
      signedOut: () => this.#expire(),
      unreached: () => this.live.probe(),
      renew: () => this.#renew()
    });
    whenUsed(() => this.live.use());
    whenAnswered((date, asked) => prefs.hearTime(date, asked));
    makeIdsBy(() => prefs.now);
    this.#windows.onmessage = (told: MessageEvent<string>) => this.#heard(told.data);
    addEventListener('online', () => {
      this.live.hurry();
      if (this.unreachable) void this.start();
    });
    addEventListener('offline', () => this.live.lose());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState !== 'visible') return;
      this.unseen = false;
      this.live.hurry();
    });
    addEventListener('beforeunload', (event) => {
      if (this.waiting.some((one) => !one.kept) || losesDrafts()) event.preventDefault();
    });
  }

  get me(): string {
    return this.session?.account.id ?? '';
  }

  /** What waits to be sent cannot go out right now. */
  get held(): boolean {
    return this.lost || this.#triedInVain;
  }

  /** Where a message is that is not on the server yet: while connected on its way, otherwise where it is kept. */
  whereabouts({ kept }: { kept: boolean }): string {
    return !this.held ? m.state_sending() : kept ? m.state_device() : m.state_page();
  }

  get client(): boolean {
    return this.session?.account.role === 'client';
  }

  /** Whether what is written outlives this page on this device. */
  get keeps(): boolean {
    return !this.deviceFailed && !this.session?.shared;
  }

  get therapist(): boolean {
    return this.session?.account.role === 'therapist';
  }

  get coordinator(): boolean {
    return this.session?.account.role === 'coordinator';
  }

  get administrator(): boolean {
    return this.session?.account.role === 'administrator';
  }

  /** Whose first page is the concerns that they are told of. */
  get hearsConcerns(): boolean {
    return ['supervisor', 'neutral_person'].includes(this.session?.account.role ?? '');
  }

  #each(run: (listener: Listener) => void): void {
    for (const listener of [...this.#listeners]) run(listener);
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #notice(event: StoredEvent): void {
    if (document.visibilityState !== 'visible' && event.body.author !== this.me) this.unseen = true;
  }

  say(text: string): void {
    this.announcer.say(text);
  }

  /** Reads who is logged in. Where the server cannot be reached it is asked again by itself, and the screen stays as it is. */
  async start(): Promise<void> {
    clearTimeout(this.#again);
    if (!this.unreachable) this.ready = false;
    const [practice, session] = await Promise.allSettled([api.practice(), api.session()]);
    if (practice.status === 'fulfilled') this.practice = practice.value;
    this.empty = practice.status === 'rejected' && practice.reason instanceof Problem && practice.reason.status === 404;
    if (session.status === 'fulfilled') this.#enter(session.value);
    const passes = (one: PromiseSettledResult<unknown>) => one.status === 'rejected' && (!(one.reason instanceof Problem) || one.reason.passing);
    // Whoever is logged in goes on without the practice's name; whoever is not must not take an empty practice for theirs.
    this.unreachable = passes(session) || (passes(practice) && !this.session);
    this.ready = true;
    if (this.unreachable) this.#again = setTimeout(() => void this.start(), backoff(this.#tries++));
    else this.#tries = 0;
  }

  async login(login: string, password: string, shared: boolean, code: string): Promise<void> {
    await this.begin(await api.login(login, password, shared, code));
  }

  /** Somebody was let in. */
  async begin(session: Session): Promise<void> {
    this.#enter(session);
    this.#windows.postMessage(session.account.id);
    // The banner must not be missing because the first reading failed.
    if (!this.practice) this.practice = await api.practice().catch(() => null);
  }

  #enter(session: Session): void {
    setCsrf(session.csrf);
    this.notice = 'none';
    this.farewell = '';
    prefs.useOn(session.shared);
    const vault = new Vault(session.account.id, { keepsNothing: session.shared });
    const outbox = new Outbox({
      vault,
      now: () => prefs.now,
      send: (message, signal) => this.#try(sendNow(message, signal)),
      onChange: (waiting) => {
        if (this.#outbox === outbox) this.waiting = waiting;
      },
      onSent: (message) => {
        // The server is back: the line need not wait for its next try to find out.
        if (this.lost) this.live.hurry();
        this.#each((one) => one.sent?.(message));
      },
      onStorage: (works) => {
        if (this.#outbox === outbox) this.deviceFailed = !works;
      }
    });
    this.#outbox = outbox;
    this.deviceFailed = false;
    // Nothing waits for this device's storage: reading goes on, and writing begins in memory.
    void outbox.open();
    if (this.#left.account === session.account.id) {
      for (const message of this.#left.waiting) void outbox.add(message).catch(() => {});
    } else forgetUnsaved();
    keepDraftsIn(vault, outbox.opened);
    this.#left = { account: '', waiting: [] };
    // The address may be of a talk of the person before.
    if (this.#last !== '' && this.#last !== session.account.id) router.go(paths.home, true);
    this.#last = session.account.id;
    if (session.needs_second_factor) return this.#hold(session);
    this.session = session;
    this.live.start();
  }

  /** Nothing is open to this log-in yet but setting up the second step. */
  #hold(session: Session): void {
    this.live.stop();
    this.session = session;
  }

  /** After that. */
  async goOn(): Promise<void> {
    this.session = await api.session();
    if (!this.session.needs_second_factor) this.live.start();
  }

  async #try<T>(sending: Promise<T>): Promise<T> {
    try {
      const sent = await sending;
      this.#triedInVain = false;
      return sent;
    } catch (error) {
      this.#triedInVain = error instanceof Problem && error.passing;
      throw error;
    }
  }

  #leave(): void {
    this.live.stop();
    this.#outbox = null;
    this.waiting = [];
    this.announcer.hush();
    this.#triedInVain = false;
    this.unseen = false;
    this.session = null;
    setCsrf('');
  }

  /** The log-in ended without our doing. */
  #expire(): void {
    // While logging out this is what we asked for.
    if (!this.session || this.#leaving) return;
    this.notice = 'expired';
    this.#left = { account: this.me, waiting: this.waiting.filter((one) => !one.kept) };
    // Closed, not wiped: what was written must still be sent after logging in again.
    this.#outbox?.close();
    this.#leave();
  }

  /** After a refused token: true when the same person may go on with the one of now. */
  async #renew(): Promise<boolean> {
    let session: Session;
    try {
      session = await api.session();
    } catch {
      return false;
    }
    if (session.account.id === this.me) {
      setCsrf(session.csrf);
      return true;
    }
    this.#heard(session.account.id);
    return false;
  }

  /** Another window logged someone in, or (with nobody's id) out. */
  #heard(account: string): void {
    if (account === this.me && account !== '') return;
    const was = this.session !== null;
    if (was) {
      this.#outbox?.close();
      this.#leave();
    }
    if (account !== '') void this.start();
    else if (was || this.notice === 'expired') this.notice = 'elsewhere';
  }

  /** Whoever has logged out is not told here what waits. */
  async #tellNoMore(): Promise<void> {
    const { here, tellNoMore } = await import('../features/notify/browser');
    const device = here();
    if (device) await tellNoMore(device).catch(() => {});
  }

  async logout(): Promise<void> {
    this.#leaving = true;
    try {
      // While it still knows who asks; a browser that cannot be reached is told that something waits, and no more.
      await this.#tellNoMore();
      // Ask the server first: without its answer the cookie would still open the account.
      try {
        await api.logout();
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 401) throw error;
      }
      const outbox = this.#outbox;
      this.#leave();
      forgetUnsaved();
      await outbox?.wipe().catch(() => {});
      this.notice = 'out';
      this.#windows.postMessage('');
      history.replaceState(null, '', '/');
    } finally {
      this.#leaving = false;
    }
  }

  /** The account is closed: nothing of it stays on this device, and `words` say what became of it. */
  async leaveForGood(words: string): Promise<void> {
    await this.logout();
    this.notice = 'none';
    this.farewell = words;
    router.path = '/';
  }

  async send(message: Outgoing): Promise<void> {
    if (!this.#outbox) throw new Error('Logged out.');
    await this.#outbox.add(message);
  }

  retry(id: string): void {
    void this.#outbox?.retry(id);
  }

  remove(id: string): void {
    void this.#outbox?.remove(id);
  }
}

export const app = new App();
