import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { backoff, Live, type LiveState, type Socket } from '../src/shared/live';
import type { EventPage, PassingEvent, StoredEvent } from '../src/shared/types';

class FakeSocket implements Socket {
  readyState = 1;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  closed = false;
  sent: string[] = [];
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.closed = true;
  }
  say(event: unknown) {
    this.onmessage?.({ data: JSON.stringify(event) });
  }
}

const message = (seq: number, id = `m${seq}`): StoredEvent => ({
  room: 'r', seq, kind: 'message', body: { id, author: 'x', text: `t${seq}`, at: '' }
});

function setup() {
  const sockets: FakeSocket[] = [];
  const stored: StoredEvent[] = [];
  const got: number[] = [];
  const states: LiveState[] = [];
  const passing: PassingEvent[] = [];
  const other: StoredEvent[] = [];
  const read = vi.fn(async (_room: string, after: number): Promise<EventPage> => ({
    // Pages of two, to see that reading goes on.
    events: stored.filter((event) => event.seq > after).slice(0, 2),
    last_seq: stored.at(-1)?.seq ?? 0
  }));
  const ends: string[] = [];
  const live = new Live({
    onSignedOut: () => ends.push('signed out'),
    onRefused: () => ends.push('refused'),
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    read, random: () => 1,
    onState: (state) => states.push(state),
    onMessage: (event) => got.push(event.seq),
    onPassing: (event) => passing.push(event),
    onOther: (event) => other.push(event)
  });
  const last = () => sockets.at(-1) as FakeSocket;
  return { live, sockets, stored, got, states, passing, other, read, ends, last };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());
const settle = () => vi.advanceTimersByTimeAsync(0);

test('takes messages in order and does not read again for them', async () => {
  const t = setup();
  t.live.start();
  t.last().onopen?.();
  t.live.follow('r', 0);
  await settle();
  t.read.mockClear();
  t.last().say(message(1));
  t.last().say(message(2));
  expect(t.got).toEqual([1, 2]);
  expect(t.read).not.toHaveBeenCalled();
});

test('a gap is read again from the server, in pages, in order', async () => {
  const t = setup();
  t.live.start();
  t.last().onopen?.();
  t.live.follow('r', 0);
  await settle();
  t.stored.push(...[1, 2, 3, 4, 5].map((seq) => message(seq)));
  t.last().say(message(1));
  t.last().say(message(5));
  await settle();
  expect(t.got).toEqual([1, 2, 3, 4, 5]);
});

test('drops what it has: same number, and same id under another number', async () => {
  const t = setup();
  t.live.start();
  t.last().onopen?.();
  t.live.follow('r', 0, ['mine']);
  await settle();
  t.last().say(message(1, 'mine'));
  t.last().say(message(2));
  t.last().say(message(2));
  t.last().say(message(3, 'm2'));
  expect(t.got).toEqual([2]);
});

test('after a break it connects again and resumes from the last number', async () => {
  const t = setup();
  t.live.start();
  t.last().onopen?.();
  t.live.follow('r', 0);
  await settle();
  t.last().say(message(1));
  t.stored.push(message(1), message(2), message(3));
  t.last().onclose?.({ code: 1006 });
  expect(t.live.state).toBe('waiting');
  await vi.advanceTimersByTimeAsync(500);
  expect(t.sockets).toHaveLength(2);
  t.read.mockClear();
  t.last().onopen?.();
  await settle();
  expect(t.read).toHaveBeenCalledWith('r', 1);
  expect(t.got).toEqual([1, 2, 3]);
  expect(t.states).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open']);
});

test('a failed read is tried again', async () => {
  const t = setup();
  t.stored.push(message(1));
  t.read.mockRejectedValueOnce(new Error('offline'));
  t.live.start();
  t.live.follow('r', 0);
  await settle();
  expect(t.got).toEqual([]);
  await vi.advanceTimersByTimeAsync(500);
  expect(t.got).toEqual([1]);
});

test('pauses grow, stay under half a minute, and a network that returns ends them', async () => {
  expect([0, 1, 2, 3].map((tries) => backoff(tries, () => 1))).toEqual([500, 1000, 2000, 4000]);
  expect(backoff(50, () => 1)).toBe(30_000);
  expect(backoff(0, () => 0)).toBe(250);
  const t = setup();
  t.live.start();
  t.last().onclose?.({ code: 1006 });
  t.live.hurry();
  expect(t.sockets).toHaveLength(2);
  t.last().onopen?.();
  const talk = setInterval(() => t.last().say(null), 10_000);
  await vi.advanceTimersByTimeAsync(60_000);
  clearInterval(talk);
  expect(t.sockets).toHaveLength(2);
});

test('a line that is silent is asked, and given up when it does not answer', async () => {
  const t = setup();
  t.live.start();
  t.last().onopen?.();
  await vi.advanceTimersByTimeAsync(15_000);
  expect(t.last().sent).toHaveLength(1);
  t.last().say({ id: 1, status: 200, body: {} });
  await vi.advanceTimersByTimeAsync(14_000);
  expect(t.sockets).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(6_000);
  expect(t.sockets[0]?.closed).toBe(true);
  expect(t.live.state).toBe('waiting');
  await vi.advanceTimersByTimeAsync(500);
  expect(t.sockets).toHaveLength(2);
});

test('a line that is closing is not asked, and given up when its end is not told', async () => {
  const { live, sockets, states } = setup();
  live.start();
  sockets[0]?.onopen?.();
  if (sockets[0]) sockets[0].readyState = 2;
  live.use();
  live.probe();
  expect(sockets[0]?.sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(states.at(-1)).toBe('waiting');
});

test('that somebody is at the page is said over a line that is open', () => {
  const { live, sockets } = setup();
  live.start();
  live.use();
  expect(sockets[0]?.sent).toEqual([]);
  sockets[0]?.onopen?.();
  live.use();
  expect(sockets[0]?.sent).toEqual(['{"id":2,"do":"GET /api/session"}']);
});

test('a device without network does not pretend to be connected', async () => {
  const t = setup();
  t.live.start();
  t.last().onopen?.();
  t.live.lose();
  expect(t.sockets[0]?.closed).toBe(true);
  expect(t.live.state).toBe('waiting');
  t.live.hurry();
  expect(t.sockets).toHaveLength(2);
});

test('the end of the log-in is told and ends the trying; being let not in is told too', async () => {
  const t = setup();
  t.live.start();
  t.last().onclose?.({ code: 1006 });
  expect(t.ends).toEqual(['refused']);
  await vi.advanceTimersByTimeAsync(500);
  t.last().onopen?.();
  t.last().onclose?.({ code: 4401 });
  expect(t.ends).toEqual(['refused', 'signed out']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(t.sockets).toHaveLength(2);
});

test('a line that the server only renews is not told as broken', async () => {
  const t = setup();
  t.live.start();
  t.last().onopen?.();
  t.last().onclose?.({ code: 4409 });
  await vi.advanceTimersByTimeAsync(500);
  expect(t.sockets).toHaveLength(2);
  t.last().onopen?.();
  expect(t.states).toEqual(['connecting', 'open', 'connecting', 'open']);
  t.last().onclose?.({ code: 4409 });
  await vi.advanceTimersByTimeAsync(500);
  t.last().onclose?.({ code: 4409 });
  expect(t.live.state).toBe('waiting');
});

test('a window among too many comes back only when it is looked at', async () => {
  const t = setup();
  t.live.start();
  t.last().onopen?.();
  t.last().onclose?.({ code: 4429 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(t.sockets).toHaveLength(1);
  t.live.hurry();
  expect(t.sockets).toHaveLength(2);
});

test('passes on what passes, other rooms and nothing that is broken; stop is final', async () => {
  const t = setup();
  t.live.start();
  t.last().onopen?.();
  t.last().say({ room: 'r', kind: 'typing', body: { account: 'x', typing: true } });
  t.last().say(message(9));
  t.last().onmessage?.({ data: '{' });
  t.last().say({ id: 1, status: 200 });
  t.last().say(null);
  expect(t.passing).toHaveLength(1);
  expect(t.other.map((event) => event.seq)).toEqual([9]);
  const socket = t.last();
  t.live.stop();
  expect(socket.closed).toBe(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(t.sockets).toHaveLength(1);
});
