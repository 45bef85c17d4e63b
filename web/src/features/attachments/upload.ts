import { ask, Problem } from '../../shared/api';
import { backoff } from '../../shared/live';
import type { Attachment } from '../../shared/types';
import { uuid7 } from '../../shared/uuid7';

/** How often a part is sent again by itself when the way there is bad; then the person is asked. */
const tries = 4;

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, millis);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('', 'AbortError'));
    }, { once: true });
  });
}

async function again<T>(run: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tried = 0; ; tried += 1) {
    try {
      return await run();
    } catch (error) {
      if (signal.aborted || !(error instanceof Problem) || !error.passing || tried + 1 >= tries) throw error;
      await pause(Math.max(error.retryAfter ?? 0, backoff(tried)), signal);
    }
  }
}

/** One file on its way to the server, part by part; what has arrived need not be sent again. */
export class Upload {
  readonly id = uuid7();
  #file: File;
  #place: string;
  #sent = 0;

  constructor(file: File, place: string) {
    this.#file = file;
    this.#place = place;
  }

  /** `told`: how much of it has arrived, 0 to 1. */
  async run(signal: AbortSignal, told: (part: number) => void): Promise<Attachment> {
    const id = this.id;
    const { name, size: bytes } = this.#file;
    const { parts, part_bytes } = await again(
      () => ask('post', '/api/attachments', {}, { id, place: this.#place, name, bytes }, {}, { signal }), signal
    );
    for (; this.#sent < parts; this.#sent += 1) {
      told(this.#sent / parts);
      const from = this.#sent * part_bytes;
      const content = base64(new Uint8Array(await this.#file.slice(from, from + part_bytes).arrayBuffer()));
      const part = { number: this.#sent, content };
      await again(() => ask('put', '/api/attachments/{attachment}/part', { attachment: id }, part, {}, { signal }), signal);
    }
    told(1);
    return again(() => ask('post', '/api/attachments/{attachment}/check', { attachment: id }, undefined, {}, { signal }), signal);
  }
}

export const waitingFiles = (place: string) => ask('get', '/api/attachments', {}, undefined, { place });
export const removeFile = (id: string) => ask('delete', '/api/attachments/{attachment}', { attachment: id }, undefined);
