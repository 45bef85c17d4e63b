import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Problem } from '../src/shared/api';
import { Outbox, type Waiting } from '../src/shared/outbox';
import type { SentMessage } from '../src/shared/types';

let factory: IDBFactory;
let open: Outbox[] = [];
beforeEach(() => {
  factory = new IDBFactory();
});
afterEach(() => {
  for (const box of open) box.close();
  open = [];
});

type Send = (room: string, id: string, text: string) => Promise<SentMessage>;
const answer = (room: string, id: string, text: string): SentMessage => ({
  id, room, seq: 1, author: 'a', text, at: '2026-01-01T00:00:00Z'
});
const never: Send = () => new Promise(() => {});

async function outbox(send: Send, account = 'a') {
  const sent: SentMessage[] = [];
  let waiting: Waiting[] = [];
  const box = new Outbox({
    account, send, factory, random: () => 0,
    onChange: (now) => (waiting = now),
    onSent: (message) => sent.push(message)
  });
  open.push(box);
  await box.open();
  return { box, sent, waiting: () => waiting };
}

async function raw() {
  const request = factory.open('rapport-outbox');
  const db: IDBDatabase = await new Promise((done) => (request.onsuccess = () => done(request.result)));
  const read = <T>(name: string) =>
    new Promise<T[]>((done) => {
      if (!db.objectStoreNames.contains(name)) return done([]);
      const all = db.transaction(name).objectStore(name).getAll();
      all.onsuccess = () => done(all.result as T[]);
    });
  const rows = await read<Record<string, unknown>>('messages');
  const keys = await read<CryptoKey>('keys');
  db.close();
  return { rows, keys };
}

function contains(rows: Record<string, unknown>[], needle: string): boolean {
  const look = (value: unknown): boolean => {
    if (typeof value === 'string') return value.includes(needle);
    if (value instanceof ArrayBuffer) return Buffer.from(value).includes(needle);
    if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).includes(needle);
    return typeof value === 'object' && value !== null && Object.values(value).some(look);
  };
  return rows.some(look);
}

test('what is kept on the device is encrypted, with a key no script can read', async () => {
  const { box } = await outbox(never);
  await box.add('room-blue', 'id-1', 'I slept badly');
  const { rows, keys } = await raw();
  expect(rows).toHaveLength(1);
  expect(contains(rows, 'id-1')).toBe(true);
  expect(contains(rows, 'I slept badly')).toBe(false);
  expect(contains(rows, 'room-blue')).toBe(false);
  expect(keys[0]?.extractable).toBe(false);
  await expect(crypto.subtle.exportKey('raw', keys[0] as CryptoKey)).rejects.toThrow();
});

test('sends in the order of writing and forgets what was answered', async () => {
  const seen: string[] = [];
  const { box, sent, waiting } = await outbox(async (room, id, text) => {
    seen.push(text);
    return answer(room, id, text);
  });
  await Promise.all(['one', 'two', 'three'].map((text, i) => box.add('r', `id-${i}`, text)));
  await vi.waitFor(() => expect(sent).toHaveLength(3));
  expect(seen).toEqual(['one', 'two', 'three']);
  await vi.waitFor(() => expect(waiting()).toEqual([]));
  expect((await raw()).rows).toEqual([]);
});

test('tries the same id again until it is answered, and nothing overtakes it', async () => {
  const ids: string[] = [];
  let failures = 2;
  const { box, sent } = await outbox(async (room, id, text) => {
    ids.push(id);
    if (failures-- > 0) throw new Problem(503, '', 'busy');
    return answer(room, id, text);
  });
  await box.add('r', 'first', 'a');
  await box.add('r', 'second', 'b');
  await vi.waitFor(() => expect(sent).toHaveLength(2), { timeout: 4000 });
  expect(ids).toEqual(['first', 'first', 'first', 'second']);
});

test('waits at least as long as the server asks', async () => {
  const times: number[] = [];
  const { box, sent } = await outbox(async (room, id, text) => {
    times.push(Date.now());
    if (times.length === 1) throw new Problem(429, '', 'slow down', 900);
    return answer(room, id, text);
  });
  await box.add('r', 'x', 'a');
  await vi.waitFor(() => expect(sent).toHaveLength(1), { timeout: 4000 });
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(890);
});

test('a refused message is shown, lets others pass and can be removed', async () => {
  const { box, sent, waiting } = await outbox(async (room, id, text) => {
    if (id === 'long') throw new Problem(413, '', 'too long');
    return answer(room, id, text);
  });
  await box.add('r', 'long', 'a');
  await box.add('r', 'short', 'b');
  await vi.waitFor(() => expect(sent.map((one) => one.id)).toEqual(['short']));
  expect(waiting().map((one) => [one.id, one.refused?.status])).toEqual([['long', 413]]);
  await box.remove('long');
  expect((await raw()).rows).toEqual([]);
});

test('survives a reload and sends then; another account neither sees nor sends it', async () => {
  const before = await outbox(never);
  await before.box.add('r', 'kept', 'later');
  before.box.close();
  const other = await outbox(async (...args) => answer(...args), 'b');
  expect(other.box.waiting).toEqual([]);
  other.box.close();
  const after = await outbox(async (...args) => answer(...args));
  await vi.waitFor(() => expect(after.sent.map((one) => [one.id, one.text])).toEqual([['kept', 'later']]));
});

test('log-out leaves neither messages nor keys, even while one is being sent', async () => {
  let release: (message: SentMessage) => void = () => {};
  const { box, sent } = await outbox(() => new Promise((done) => (release = done)));
  await box.add('r', 'x', 'secret');
  await box.wipe();
  release(answer('r', 'x', 'secret'));
  await Promise.resolve();
  expect(sent).toEqual([]);
  expect(box.waiting).toEqual([]);
  expect(await raw()).toEqual({ rows: [], keys: [] });
  await expect(box.add('r', 'y', 'b')).rejects.toThrow();
});

test('without storage messages are sent all the same, and the page is told that they are not kept', async () => {
  const told = vi.fn();
  const sent: string[] = [];
  const broken = { open: () => { throw new Error('refused'); } } as unknown as IDBFactory;
  const box = new Outbox({
    account: 'a', factory: broken, onStorage: told, onChange: () => {}, onSent: (one) => sent.push(one.text),
    send: async (room, id, text) => answer(room, id, text)
  });
  open.push(box);
  void box.open();
  await Promise.all([box.add('r', 'x', 'one'), box.add('r', 'y', 'two')]);
  await vi.waitFor(() => expect(sent).toEqual(['one', 'two']));
  expect(told.mock.calls).toEqual([[false]]);
});

test('storage that never answers delays a message by seconds, not for ever', async () => {
  vi.useFakeTimers();
  const silent = { open: () => ({}) } as unknown as IDBFactory;
  const sent: string[] = [];
  let shown: Waiting[] = [];
  const box = new Outbox({
    account: 'a', factory: silent, onChange: (now) => (shown = now), onSent: (one) => sent.push(one.text),
    send: async (room, id, text) => answer(room, id, text)
  });
  open.push(box);
  void box.open();
  void box.add('r', 'x', 'one');
  expect(shown.map((one) => [one.text, one.kept])).toEqual([['one', false]]);
  await vi.advanceTimersByTimeAsync(5000);
  expect(sent).toEqual(['one']);
  void box.add('r', 'y', 'two');
  await vi.advanceTimersByTimeAsync(0);
  vi.useRealTimers();
  expect(sent).toEqual(['one', 'two']);
});

test('an attempt that hangs is made anew when the line stands again', async () => {
  const tries: string[] = [];
  const { box, sent } = await outbox((room, id, text, ...rest: unknown[]) => {
    tries.push(id);
    const signal = rest[0] as AbortSignal;
    if (tries.length > 1) return Promise.resolve(answer(room, id, text));
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Problem(0, '', ''))));
  });
  await box.add('r', 'x', 'a');
  await vi.waitFor(() => expect(tries).toHaveLength(1));
  box.hurry();
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  expect(tries).toEqual(['x', 'x']);
});

test('storage that opens late still takes what waits, and it is there after a reload', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let arrive: (() => void) | undefined;
  const slow = {
    open: (name: string, version: number) => {
      const real = factory.open(name, version);
      const request = { result: undefined } as unknown as { result: IDBDatabase; onsuccess?: () => void; onupgradeneeded?: () => void };
      const pass = (then: 'onsuccess' | 'onupgradeneeded') => {
        request.result = real.result;
        request[then]?.();
      };
      real.onupgradeneeded = () => pass('onupgradeneeded');
      real.onsuccess = () => (arrive = () => pass('onsuccess'));
      return request;
    }
  } as unknown as IDBFactory;
  const told = vi.fn();
  let shown: Waiting[] = [];
  const box = new Outbox({
    account: 'a', factory: slow, onStorage: told, onChange: (now) => (shown = now), onSent: () => {}, send: never
  });
  open.push(box);
  void box.open();
  void box.add('r', 'x', 'patience').catch(() => {});
  await vi.advanceTimersByTimeAsync(5000);
  expect(told.mock.calls).toEqual([[false]]);
  vi.useRealTimers();
  await vi.waitFor(() => expect(arrive).toBeDefined());
  arrive?.();
  await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(2));
  expect(told.mock.calls).toEqual([[false], [true]]);
  expect(shown).toMatchObject([{ text: 'patience', kept: true }]);
  expect((await raw()).rows).toHaveLength(1);
  box.close();
  const again = await outbox(async (room, id, text) => answer(room, id, text));
  expect(again.sent.map((one) => one.text)).toEqual(['patience']);
});
