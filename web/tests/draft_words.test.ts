import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Problem } from '../src/shared/api';
import { forgetUnsaved } from '../src/shared/draft.svelte';
import { DraftWords, type DraftPlace } from '../src/shared/draft_words.svelte';
import type { DraftText } from '../src/shared/types';

/** The server's side of one draft, as `drafts_store.cpp` keeps it. */
let kept: DraftText;
let reachable = true;
const answerIn = async <T>(answer: () => T) => {
  if (!reachable) throw new Problem(0, 'unreachable', '');
  return answer();
};
const place: DraftPlace = {
  name: 'new e',
  begins: true,
  read: () => answerIn(() => ({ ...kept })),
  save: ({ based_on, ...draft }) =>
    answerIn(() => {
      const { revision, ...before } = kept;
      if (JSON.stringify(before) === JSON.stringify(draft)) return { revision };
      if (based_on !== revision) throw new Problem(409, 'draft.older', '');
      kept = { revision: revision + 1, ...draft };
      return { revision: revision + 1 };
    })
};
/** The message was sent, by whichever device: the server empties its draft. */
const send = () => (kept = { revision: kept.revision + 1, subject: '', text: '' });

let devices = 0;
async function device() {
  // What one device could not save is not on another: each has a name of its own for what it leaves behind.
  const words = new DraftWords({ ...place, name: `device ${++devices}` });
  await words.open();
  return words;
}
async function write(words: DraftWords, text: string) {
  words.text = text;
  words.changed();
  await vi.advanceTimersByTimeAsync(2000);
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { visibilityState: 'visible' });
  forgetUnsaved();
  kept = { revision: 0, subject: '', text: '' };
  reachable = true;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('what was begun on one device goes on at another, under the same ids', async () => {
  const first = await device();
  await write(first, 'I went rowing');
  const second = await device();
  expect(second.text).toBe('I went rowing');
  expect(second.takeOut()).toEqual(first.takeOut());
});

test('two devices that wrote different words: the person sees both and chooses; until then neither is overwritten', async () => {
  const [first, second] = [await device(), await device()];
  await write(first, 'from the phone');
  await write(second, 'from the desk');
  expect(second.other).toMatchObject({ subject: '', text: 'from the phone' });
  expect(second.text).toBe('from the desk');
  await write(second, 'from the desk, more');
  expect(kept.text).toBe('from the phone');
  second.keepMine();
  await vi.advanceTimersByTimeAsync(1000);
  expect(second.other).toBeNull();
  expect(kept.text).toBe('from the desk, more');

  await write(first, 'from the phone, more');
  expect(first.other?.text).toBe('from the desk, more');
  first.takeOther();
  await vi.advanceTimersByTimeAsync(1000);
  expect(first.text).toBe('from the desk, more');
  expect(kept).toMatchObject({ revision: 2, text: 'from the desk, more' });
  expect(first.takeOut().message).toBe(second.takeOut().message);
});

test('what was not chosen stays at hand, with what was written since, until the message is sent', async () => {
  const [first, second] = [await device(), await device()];
  await write(first, 'from the phone');
  await write(second, 'from the desk');
  second.takeOther();
  expect([second.text, second.dropped?.text]).toEqual(['from the phone', 'from the desk']);
  await write(second, 'from the phone, more');
  second.exchange();
  expect([second.text, second.dropped?.text]).toEqual(['from the desk', 'from the phone, more']);
  await vi.advanceTimersByTimeAsync(1000);
  expect(kept.text).toBe('from the desk');
  second.exchange();
  second.exchange();
  second.takeOut();
  second.sent();
  expect(second.dropped).toBeNull();

  const third = await device();
  await write(third, 'once more');
  await write(first, 'and otherwise');
  first.keepMine();
  expect([first.text, first.dropped?.text]).toEqual(['and otherwise', 'once more']);
});

test('when it was written is the time of the last key, not of what was saved or read meanwhile', async () => {
  const words = await device();
  const at = Date.now();
  await write(words, 'one');
  expect(words.at).toBe(at);
  await vi.advanceTimersByTimeAsync(60_000);
  words.changed();
  expect(words.at).toBe(at);
  await write(words, 'one two');
  expect(words.at).toBeGreaterThan(at + 60_000);
});

test('nobody has to choose where one text holds the other, or where nothing was written here since', async () => {
  const [first, second] = [await device(), await device()];
  await write(first, 'half');
  await write(second, 'half a thought');
  expect(second.other).toBeNull();
  expect(kept.text).toBe('half a thought');
  await write(first, 'half a');
  expect(first.text).toBe('half a thought');
  await write(second, 'something else');
  await first.again();
  expect(first.other).toBeNull();
  expect(first.text).toBe('something else');
});

test('what is written before the kept draft could be read overwrites nothing', async () => {
  kept = { revision: 3, subject: '', text: 'the long text of yesterday', saved_at: '2026-05-13T20:00:00Z' };
  reachable = false;
  const words = await device();
  await write(words, 'Hi');
  expect(words.state).toBe('failed');
  reachable = true;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(kept.text).toBe('the long text of yesterday');
  expect(words.other).toEqual({ subject: '', text: 'the long text of yesterday', saved_at: '2026-05-13T20:00:00Z' });
  expect(words.text).toBe('Hi');
});

test('what is written while a save is under way goes on from it', async () => {
  const words = await device();
  await write(words, 'one');
  words.text = 'two';
  words.changed();
  words.draft.flush();
  words.text = 'two three';
  words.changed();
  await vi.advanceTimersByTimeAsync(2000);
  expect(words.other).toBeNull();
  expect(kept).toMatchObject({ revision: 3, text: 'two three' });
});

test('a message that another device sent does not wait here; what was written beyond it goes on as another message', async () => {
  const [first, second] = [await device(), await device()];
  await write(first, 'once is enough');
  await second.again();
  const sent = first.takeOut();
  first.sent();
  send();
  second.wasSent(sent.message, sent.text);
  expect(second.text).toBe('');
  await write(first, 'another');
  await second.again();
  second.text = 'another, and more';
  const { message } = first.takeOut();
  second.wasSent(message, 'another');
  expect(second.text).toBe('another, and more');
  expect(second.message).not.toBe(message);
  expect(second.message).not.toBe('');
});

test('nobody has to choose between what is being written and what another window has just sent', async () => {
  const [first, second] = [await device(), await device()];
  await write(first, 'one thing');
  await write(second, 'another thing');
  expect(second.other?.text).toBe('one thing');
  const sent = first.takeOut();
  first.sent();
  send();
  second.wasSent(sent.message, sent.text);
  expect(second.other).toBeNull();
  await vi.advanceTimersByTimeAsync(3000);
  expect(kept.text).toBe('another thing');
  expect(second.message).not.toBe(sent.message);

  // The news of it may come before the answer that still tells of it.
  const third = await device();
  await write(third, 'another thing, and more');
  const { message, text } = third.takeOut();
  second.wasSent(message, text);
  await write(second, 'something else');
  expect(second.other).toBeNull();
  expect(kept.text).toBe('something else');
});

test('who sends before choosing sends their own words; those of the other device stay, under their own ids', async () => {
  const [first, second] = [await device(), await device()];
  await write(first, 'shared');
  await second.again();
  await write(first, 'of the first');
  await write(second, 'of the second');
  expect(second.other?.text).toBe('of the first');
  const theirs = kept.message;
  expect(second.message).toBe(theirs);
  const sent = second.takeOut();
  second.sent();
  await vi.advanceTimersByTimeAsync(2000);
  expect(sent.text).toBe('of the second');
  expect(sent.message).not.toBe(theirs);
  expect(kept).toMatchObject({ text: 'of the first', message: theirs });
  expect([second.text, second.other]).toEqual(['', null]);
  expect(first.takeOut().message).toBe(theirs);
});

test('what is written in a thread that is not begun yet is saved when it is', async () => {
  let begun = false;
  const save: DraftPlace['save'] = (draft) => (begun ? place.save(draft) : Promise.reject(new Problem(404, 'not_found', '')));
  const words = new DraftWords({ ...place, name: 'not begun', save });
  await words.open();
  await write(words, 'and one more thing');
  expect(words.state).toBe('refused');
  begun = true;
  words.begun();
  await vi.advanceTimersByTimeAsync(1000);
  expect(kept.text).toBe('and one more thing');
});

test('what is written after a message was sent has other ids, and what could not be sent is put back', async () => {
  const words = await device();
  await write(words, 'first');
  const sent = words.takeOut();
  words.sent();
  send();
  await write(words, 'second');
  expect(kept).toMatchObject({ text: 'second' });
  const next = words.takeOut();
  expect([next.message, next.thread]).not.toEqual([sent.message, sent.thread]);
  words.text = 'since then';
  words.putBack(next);
  expect(words.text).toBe('second\nsince then');
});
