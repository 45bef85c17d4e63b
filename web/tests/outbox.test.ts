import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Problem } from '../src/shared/api';
import { Outbox, saidOtherwise, type Outgoing, type Waiting } from '../src/shared/outbox';
import type { SentMessage } from '../src/shared/types';
import { Vault } from '../src/shared/vault';

let factory: IDBFactory;
let open: Outbox[] = [];
beforeEach(() => {
  factory = new IDBFactory();
});
afterEach(() => {
  for (const box of open) box.close();
  open = [];
});

type Send = (message: Outgoing, signal: AbortSignal) => Promise<SentMessage>;
const answer = ({ room, id, text }: Outgoing): SentMessage => ({
  id, room, seq: 1, author: 'a', text, at: '2026-01-01T00:00:00Z'
});
const never: Send = () => new Promise(() => {});

async function outbox(send: Send, account = 'a') {
  const sent: SentMessage[] = [];
  let waiting: Waiting[] = [];
  const box = new Outbox({
    vault: new Vault(account, { factory }), send, random: () => 0,
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
  const drafts = await read<Record<string, unknown>>('drafts');
  const keys = await read<CryptoKey>('keys');
  db.close();
  return { rows, drafts, keys };
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
  await box.add({ room: 'room-blue', id: 'id-1', text: 'I slept badly' });
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
  const { box, sent, waiting } = await outbox(async (message) => {
    seen.push(message.text);
    return answer(message);
  });
  await Promise.all(['one', 'two', 'three'].map((text, i) => box.add({ room: 'r', id: `id-${i}`, text })));
  await vi.waitFor(() => expect(sent).toHaveLength(3));
  expect(seen).toEqual(['one', 'two', 'three']);
  await vi.waitFor(() => expect(waiting()).toEqual([]));
  expect((await raw()).rows).toEqual([]);
});

test('tries the same id again until it is answered, and nothing overtakes it', async () => {
  const ids: string[] = [];
  let failures = 2;
  const { box, sent } = await outbox(async (message) => {
    ids.push(message.id);
    if (failures-- > 0) throw new Problem(503, '', 'busy');
    return answer(message);
  });
  await box.add({ room: 'r', id: 'first', text: 'a' });
  await box.add({ room: 'r', id: 'second', text: 'b' });
  await vi.waitFor(() => expect(sent).toHaveLength(2), { timeout: 4000 });
  expect(ids).toEqual(['first', 'first', 'first', 'second']);
});

test('waits at least as long as the server asks', async () => {
  const times: number[] = [];
  const { box, sent } = await outbox(async (message) => {
    times.push(Date.now());
    if (times.length === 1) throw new Problem(429, '', 'slow down', 900);
    return answer(message);
  });
  await box.add({ room: 'r', id: 'x', text: 'a' });
  await vi.waitFor(() => expect(sent).toHaveLength(1), { timeout: 4000 });
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(890);
});

test('a refused message is shown, lets others pass and can be removed', async () => {
  const { box, sent, waiting } = await outbox(async (message) => {
    if (message.id === 'long') throw new Problem(413, '', 'too long');
    return answer(message);
  });
  await box.add({ room: 'r', id: 'long', text: 'a' });
  await box.add({ room: 'r', id: 'short', text: 'b' });
  await vi.waitFor(() => expect(sent.map((one) => one.id)).toEqual(['short']));
  expect(waiting().map((one) => [one.id, one.refused?.status])).toEqual([['long', 413]]);
  await box.remove('long');
  expect((await raw()).rows).toEqual([]);
});

test('survives a reload and sends then; another account neither sees nor sends it', async () => {
  const before = await outbox(never);
  await before.box.add({ room: 'r', id: 'kept', text: 'later' });
  before.box.close();
  const other = await outbox(async (message) => answer(message), 'b');
  expect(other.box.waiting).toEqual([]);
  other.box.close();
  const after = await outbox(async (message) => answer(message));
  await vi.waitFor(() => expect(after.sent.map((one) => [one.id, one.text])).toEqual([['kept', 'later']]));
});

test('log-out leaves neither messages nor keys, even while one is being sent', async () => {
  let release: (message: SentMessage) => void = () => {};
  const { box, sent } = await outbox(() => new Promise((done) => (release = done)));
  await box.add({ room: 'r', id: 'x', text: 'secret' });
  await box.wipe();
  release(answer({ room: 'r', id: 'x', text: 'secret' }));
  await Promise.resolve();
  expect(sent).toEqual([]);
  expect(box.waiting).toEqual([]);
  expect(await raw()).toEqual({ rows: [], drafts: [], keys: [] });
  await expect(box.add({ room: 'r', id: 'y', text: 'b' })).rejects.toThrow();
});

test('without storage messages are sent all the same, and the page is told that they are not kept', async () => {
  const told = vi.fn();
  const sent: string[] = [];
  const broken = { open: () => { throw new Error('refused'); } } as unknown as IDBFactory;
  const box = new Outbox({
    vault: new Vault('a', { factory: broken }), onStorage: told, onChange: () => {}, onSent: (one) => sent.push(one.text),
    send: async (message) => answer(message)
  });
  open.push(box);
  void box.open();
  await Promise.all([box.add({ room: 'r', id: 'x', text: 'one' }), box.add({ room: 'r', id: 'y', text: 'two' })]);
  await vi.waitFor(() => expect(sent).toEqual(['one', 'two']));
  expect(told.mock.calls).toEqual([[false]]);
});

test('on a shared device nothing is stored, and messages are sent all the same', async () => {
  const sent: SentMessage[] = [];
  const box = new Outbox({
    vault: new Vault('a', { keepsNothing: true, factory }), random: () => 0,
    send: async (message) => answer(message), onChange: () => {}, onSent: (message) => sent.push(message)
  });
  open.push(box);
  await box.open();
  await box.add({ room: 'room', id: '1', text: 'words' });
  await vi.waitFor(() => expect(sent.map((one) => one.text)).toEqual(['words']));
  expect(await factory.databases()).toEqual([]);
});

test('storage that never answers delays a message by seconds, not for ever', async () => {
  vi.useFakeTimers();
  const silent = { open: () => ({}) } as unknown as IDBFactory;
  const sent: string[] = [];
  let shown: Waiting[] = [];
  const box = new Outbox({
    vault: new Vault('a', { factory: silent }), onChange: (now) => (shown = now), onSent: (one) => sent.push(one.text),
    send: async (message) => answer(message)
  });
  open.push(box);
  void box.open();
  void box.add({ room: 'r', id: 'x', text: 'one' });
  expect(shown.map((one) => [one.text, one.kept])).toEqual([['one', false]]);
  await vi.advanceTimersByTimeAsync(5000);
  expect(sent).toEqual(['one']);
  void box.add({ room: 'r', id: 'y', text: 'two' });
  await vi.advanceTimersByTimeAsync(0);
  vi.useRealTimers();
  expect(sent).toEqual(['one', 'two']);
});

test('an attempt that hangs is made anew when the line stands again', async () => {
  const tries: string[] = [];
  const { box, sent } = await outbox((message, signal) => {
    tries.push(message.id);
    if (tries.length > 1) return Promise.resolve(answer(message));
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Problem(0, '', ''))));
  });
  await box.add({ room: 'r', id: 'x', text: 'a' });
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
    vault: new Vault('a', { factory: slow }), onStorage: told, onChange: (now) => (shown = now), onSent: () => {}, send: never
  });
  open.push(box);
  void box.open();
  void box.add({ room: 'r', id: 'x', text: 'patience' }).catch(() => {});
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
  const again = await outbox(async (message) => answer(message));
  expect(again.sent.map((one) => one.text)).toEqual(['patience']);
});

test('a letter that begins a thread waits with its subject, sealed, and is begun with the same ids after a reload', async () => {
  const letter = { room: 'thread', id: 'first', text: 'it was cold', begins: { episode: 'e', subject: 'Rowing' } };
  const before = await outbox(never);
  await before.box.add(letter);
  const { rows } = await raw();
  expect(contains(rows, 'first')).toBe(true);
  expect(contains(rows, 'Rowing')).toBe(false);
  before.box.close();
  const sent: Outgoing[] = [];
  await outbox(async (message) => {
    sent.push(message);
    return answer(message);
  });
  expect(sent).toMatchObject([letter]);
});

test('other words under the same id are not taken for ours: they wait, and go out anew only when the person says so', async () => {
  const ids: string[] = [];
  const { box, sent, waiting } = await outbox(async (message) => {
    ids.push(message.id);
    return answer(message.id === 'shared' ? { ...message, text: 'from the other device' } : message);
  });
  await box.add({ room: 'r', id: 'shared', text: 'from here' });
  await vi.waitFor(() => expect(waiting()[0]?.refused?.code).toBe(saidOtherwise));
  expect(waiting()[0]?.text).toBe('from here');
  await box.retry('shared');
  expect(sent.map((one) => one.text)).toEqual(['from the other device', 'from here']);
  expect(ids).toHaveLength(2);
  expect(ids[1]).not.toBe('shared');
  expect(waiting()).toEqual([]);
  expect((await raw()).rows).toEqual([]);
});

test('what waits is dated by the server, whatever the clock of this device says', async () => {
  const box = new Outbox({
    vault: new Vault('a', { factory }), send: never, onChange: () => {}, onSent: () => {}, now: () => Date.parse('2026-05-01T10:00:00Z')
  });
  open.push(box);
  await box.open();
  await box.add({ room: 'r', id: 'x', text: 'a' });
  expect(box.waiting[0]?.at).toBe('2026-05-01T10:00:00.000Z');
});
