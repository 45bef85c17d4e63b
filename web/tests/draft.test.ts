import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Problem } from '../src/shared/api';
import { join } from '../src/shared/text';
import { Draft, forgetUnsaved, keepDraftsIn, losesDrafts, saveDrafts, unsavedRead } from '../src/shared/draft.svelte';
import { Vault } from '../src/shared/vault';

const saved: string[] = [];
let answer: () => Promise<unknown>;
const save = (value: string) => {
  saved.push(value);
  return answer();
};

beforeEach(() => {
  vi.useFakeTimers();
  saved.length = 0;
  answer = async () => undefined;
  forgetUnsaved();
});
afterEach(() => void vi.useRealTimers());

test('a draft is saved a moment after the last key, once, in its last form', async () => {
  const draft = new Draft('a', save);
  draft.change('h');
  await vi.advanceTimersByTimeAsync(500);
  draft.change('he');
  expect(draft.state).toBe('saving');
  await vi.advanceTimersByTimeAsync(700);
  expect(saved).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(saved).toEqual(['he']);
  expect(draft.state).toBe('saved');
});

test('what is written while a save is under way is saved after it, never before', async () => {
  let release = () => {};
  answer = () => new Promise<void>((resolve) => (release = resolve));
  const draft = new Draft('a', save);
  draft.change('one');
  draft.flush();
  draft.change('two');
  draft.flush();
  expect(saved).toEqual(['one']);
  release();
  await vi.advanceTimersByTimeAsync(300);
  expect(saved).toEqual(['one', 'two']);
  release();
  await vi.advanceTimersByTimeAsync(1);
  expect(draft.state).toBe('saved');
});

test('a failure that passes is tried again until it is saved; the page knows meanwhile that closing would lose it', async () => {
  answer = async () => Promise.reject(new Problem(0, 'unreachable', ''));
  const draft = new Draft('a', save);
  draft.change('kept');
  await vi.advanceTimersByTimeAsync(900);
  expect(draft.state).toBe('failed');
  expect(losesDrafts()).toBe(true);
  answer = async () => undefined;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(draft.state).toBe('saved');
  expect(saved.at(-1)).toBe('kept');
  expect(losesDrafts()).toBe(false);
});

test('what a log-in that ended kept from being saved is there for the next draft of the same place only', async () => {
  answer = async () => Promise.reject(new Problem(401, 'session', ''));
  new Draft('a', save).change('half a thought');
  await vi.advanceTimersByTimeAsync(120_000);
  expect(saved).toEqual(['half a thought']);
  expect(new Draft('a', save).left).toBe('half a thought');
  expect(new Draft('b', save).left).toBeUndefined();
});

test('what was saved is left to the server', async () => {
  const draft = new Draft('a', save);
  draft.change('safe');
  draft.flush();
  await vi.advanceTimersByTimeAsync(1);
  expect(new Draft('a', save).left).toBeUndefined();
});

test('the next person neither sees nor saves what the last one wrote', async () => {
  answer = async () => Promise.reject(new Problem(0, 'unreachable', ''));
  const draft = new Draft('a', save);
  draft.change('mine');
  await vi.advanceTimersByTimeAsync(900);
  const tries = saved.length;
  forgetUnsaved();
  answer = async () => undefined;
  await vi.advanceTimersByTimeAsync(120_000);
  expect(saved.length).toBe(tries);
  expect(new Draft('a', save).left).toBeUndefined();
});

test('emptying a draft says nothing, and is saved all the same', async () => {
  const draft = new Draft('a', save);
  draft.change('', true);
  expect(draft.state).toBe('none');
  draft.flush();
  await vi.advanceTimersByTimeAsync(1);
  expect(saved).toEqual(['']);
  expect(draft.state).toBe('none');
  expect(losesDrafts()).toBe(false);
});

test('an emptied draft that cannot be saved does not frighten anyone', async () => {
  answer = async () => Promise.reject(new Problem(0, 'unreachable', ''));
  const draft = new Draft('a', save);
  draft.change('sent by now');
  draft.change('', true);
  await vi.advanceTimersByTimeAsync(900);
  expect(draft.state).toBe('none');
  answer = async () => undefined;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(saved.at(-1)).toBe('');
});

test('what is written without a pause is saved within seconds', async () => {
  const draft = new Draft('a', save);
  for (let tenths = 0; tenths < 45; tenths += 1) {
    draft.change(`${tenths}`);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(saved).toEqual(['39']);
});

/** A page of one browser: what it keeps on the device is there for the next one. */
async function page(factory: IDBFactory, account = 'me') {
  const vault = new Vault(account, { factory });
  forgetUnsaved();
  keepDraftsIn(vault, vault.open());
  await unsavedRead();
  return vault;
}

test('a page that is killed before the first save loses no word, and the next one saves it', async () => {
  vi.useRealTimers();
  const factory = new IDBFactory();
  answer = () => new Promise(() => {});
  const killed = await page(factory);
  const draft = new Draft('a', save);
  for (const text of ['h', 'ha', 'half a thought']) draft.change(text);
  await vi.waitFor(async () => expect(await killed.all('drafts')).toMatchObject([{ value: { place: 'a', words: 'half a thought' } }]));
  expect(losesDrafts()).toBe(false);
  killed.close();

  answer = async () => undefined;
  const next = await page(factory);
  const again = new Draft<string>('a', save);
  expect(again.left).toBe('half a thought');
  expect(new Draft('b', save).left).toBeUndefined();
  expect(await saveDrafts()).toBe(false);
  again.change('half a thought');
  await again.settle();
  await vi.waitFor(async () => expect(await next.all('drafts')).toEqual([]));
  next.close();
});

test('what is kept on the device is sealed, another person does not get it, and a log-out takes it away', async () => {
  vi.useRealTimers();
  const factory = new IDBFactory();
  answer = async () => Promise.reject(new Problem(0, 'unreachable', ''));
  const mine = await page(factory);
  new Draft('a', save).change('Zitronenfalter');
  await vi.waitFor(async () => expect(await mine.all('drafts')).toHaveLength(1));
  mine.close();
  const theirs = await page(factory, 'someone else');
  expect(new Draft('a', save).left).toBeUndefined();
  const request = factory.open('rapport-outbox');
  const db = await new Promise<IDBDatabase>((done) => (request.onsuccess = () => done(request.result)));
  const all = db.transaction('drafts').objectStore('drafts').getAll();
  const rows = await new Promise<Record<string, unknown>[]>((done) => (all.onsuccess = () => done(all.result)));
  db.close();
  expect(rows).toHaveLength(1);
  expect(Object.keys(rows[0] ?? {}).sort()).toEqual(['account', 'id', 'iv', 'order', 'sealed']);
  expect(Buffer.from(rows[0]?.sealed as ArrayBuffer).includes('Zitronenfalter')).toBe(false);
  await theirs.clear();
  await theirs.remove();
  const after = await page(factory);
  expect(new Draft('a', save).left).toBeUndefined();
  after.close();
});

test('two windows that are killed both leave their words behind', async () => {
  vi.useRealTimers();
  const factory = new IDBFactory();
  answer = () => new Promise(() => {});
  for (const text of ['from the first window', 'from the second window']) {
    const vault = new Vault('me', { factory });
    forgetUnsaved();
    keepDraftsIn(vault, vault.open().then(() => new Promise(() => {})));
    await vault.open();
    new Draft('a', save).change(text);
    await vi.waitFor(async () => expect((await vault.all('drafts')).at(-1)).toMatchObject({ value: { words: text } }));
    vault.close();
  }
  const next = await page(factory);
  const draft = new Draft<string>('a', save);
  expect([draft.left, ...draft.leftElsewhere]).toEqual(['from the second window', 'from the first window']);
  next.close();
});

test('a log-out can wait for the last words, and is told when they cannot be saved', async () => {
  const draft = new Draft('a', save);
  draft.change('last words');
  expect(await saveDrafts()).toBe(true);
  expect(saved).toEqual(['last words']);
  answer = async () => Promise.reject(new Problem(0, 'unreachable', ''));
  draft.change('more words');
  expect(await saveDrafts()).toBe(false);
  draft.change('', true);
  expect(await saveDrafts()).toBe(true);
});

test('two beginnings of one text are joined, and none is said twice', () => {
  expect(join('', 'new')).toBe('new');
  expect(join('half', 'half a thought')).toBe('half a thought');
  expect(join('half a thought', 'half')).toBe('half a thought');
  expect(join('old', 'new')).toBe('old\nnew');
});
