import { m } from '../../paraglide/messages.js';
import { Problem } from '../../shared/api';
import { Draft, unsavedRead } from '../../shared/draft.svelte';
import { app } from '../../shared/session.svelte';
import type { Attachment } from '../../shared/types';
import { removeFile, Upload, waitingFiles } from './upload';
import { explainFile, sizeOf } from './words';

export type FileState = 'sending' | 'checking' | 'ready' | 'failed';

/** A file beside what is being written. */
export interface WaitingFile {
  id: string;
  name: string;
  bytes: number;
  state: FileState;
  /** How much of it has arrived, 0 to 1. */
  sent: number;
  problem: string;
  /** Trying again may help. */
  passing: boolean;
  ready: Attachment | null;
  description: string;
}

/** The files of a message that is not sent yet: on their way, looked at by the server, or ready to go with it. */
export class WaitingFiles {
  items = $state<WaitingFile[]>([]);
  problem = $state('');
  largest = $state(0);
  /** What the pictures show, as far as it was written. The server is told with the message; until then it lies on this device. */
  #descriptions: Draft<Record<string, string>>;
  #ofMessage = 0;
  #place: string;
  #uploads = new Map<string, { upload: Upload; stop: AbortController }>();

  constructor(place: string) {
    this.#place = place;
    this.#descriptions = new Draft(`descriptions ${place}`, async () => {});
    this.#descriptions.held = true;
  }

  /** What was attached before, perhaps on another device. */
  async open(): Promise<void> {
    try {
      const found = await waitingFiles(this.#place);
      await unsavedRead();
      const described = this.#descriptions.left ?? {};
      this.largest = found.largest;
      this.#ofMessage = found.of_message;
      const known = new Set(this.items.map((one) => one.id));
      for (const ready of found.attachments.filter((one) => !known.has(one.id))) {
        const { id, name, bytes } = ready;
        this.items.push({ id, name, bytes, state: 'ready', sent: 1, problem: '', passing: false, ready, description: described[id] ?? '' });
      }
    } catch {
      // The server says itself what is too much.
    }
  }

  add(files: Iterable<File>): void {
    this.problem = '';
    for (const file of files) {
      if (this.#ofMessage && this.items.length >= this.#ofMessage) {
        this.problem = m.file_many({ count: this.#ofMessage });
        return;
      }
      if (this.largest && file.size > this.largest) {
        this.problem = `${file.name}: ${m.file_too_large({ size: sizeOf(this.largest) })}`;
        continue;
      }
      const upload = new Upload(file, this.#place);
      this.items.push({
        id: upload.id, name: file.name, bytes: file.size, state: 'sending', sent: 0, problem: '', passing: false, ready: null, description: ''
      });
      this.#uploads.set(upload.id, { upload, stop: new AbortController() });
      void this.#run(upload.id);
    }
  }

  async #run(id: string): Promise<void> {
    const item = this.items.find((one) => one.id === id);
    const running = this.#uploads.get(id);
    if (!item || !running) return;
    item.state = 'sending';
    item.problem = '';
    try {
      const ready = await running.upload.run(running.stop.signal, (sent) => {
        item.sent = sent;
        if (sent === 1) item.state = 'checking';
      });
      item.ready = ready;
      item.name = ready.name;
      item.bytes = ready.bytes;
      item.state = 'ready';
      app.say(m.file_attached({ name: ready.name }));
    } catch (error) {
      if (running.stop.signal.aborted) return;
      item.state = 'failed';
      item.problem = explainFile(error, this.largest);
      item.passing = error instanceof Problem && error.passing;
    }
  }

  /** Somebody wrote what a picture shows. */
  described(): void {
    const written = this.items.filter((one) => one.description);
    if (written.length === 0) this.#descriptions.drop(true);
    else this.#descriptions.change(Object.fromEntries(written.map((one) => [one.id, one.description])));
  }

  retry(id: string): void {
    void this.#run(id);
  }

  remove(id: string): void {
    this.problem = '';
    this.#uploads.get(id)?.stop.abort();
    this.#uploads.delete(id);
    this.items = this.items.filter((one) => one.id !== id);
    this.described();
    // What cannot be removed now is removed by the server when its time is over.
    removeFile(id).catch(() => {});
  }

  /** Why the message cannot go yet; "" when it can. */
  get blocked(): string {
    const failed = this.items.filter((one) => one.state === 'failed');
    if (failed.length > 0) return failed.some((one) => one.passing) ? m.file_unsent() : m.file_refused();
    return this.items.some((one) => one.state !== 'ready') ? m.file_wait() : '';
  }

  /** What goes with the message, as it will be seen. */
  get ready(): Attachment[] {
    return this.items.flatMap(({ ready, description }) =>
      ready ? [{ ...ready, ...(description.trim() ? { description: description.trim() } : {}) }] : []
    );
  }

  sent(): void {
    this.items = [];
    this.described();
    this.problem = '';
    this.#uploads.clear();
  }

  close(): void {
    for (const { stop } of this.#uploads.values()) stop.abort();
  }
}
