import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Listener } from '../src/shared/session.svelte';
import type { PassingEvent, Room, StoredEvent } from '../src/shared/types';

const fake = vi.hoisted(() => ({
  listeners: new Set<unknown>(),
  said: [] as string[],
  waiting: [] as { room: string }[],
  seq: 0,
  api: { rooms: vi.fn(), eventsBefore: vi.fn(), receipt: vi.fn(), typing: vi.fn() }
}));
vi.mock('../src/shared/api', () => ({ api: fake.api }));
vi.mock('../src/shared/session.svelte', () => ({
  explain: () => 'went wrong',
  app: {
    me: 'me',
    get waiting() {
      return fake.waiting;
    },
    listen: (one: unknown) => {
      fake.listeners.add(one);
      return () => fake.listeners.delete(one);
    },
    announcer: { message: (text: string) => fake.said.push(text) },
    live: {
      follow: (_: string, seq: number) => (fake.seq = seq),
      unfollow: () => (fake.seq = 0),
      seqOf: () => fake.seq
    }
  }
}));
const { Conversation } = await import('../src/shared/conversation.svelte');

let visible = true;
const log = Array.from({ length: 120 }, (_, i) => event(i + 1));

function event(seq: number, author = seq % 2 ? 'me' : 'you', text = `t${seq}`): StoredEvent {
  return { room: 'r', seq, kind: 'message', body: { id: `m${seq}`, author, text, at: '2026-01-01T00:00:00Z' } };
}
function room(last = 120, read = 0): Room {
  const person = (account: string) => ({ account, name: account, role: 'client', delivered: 0, read: 0, present: false });
  return { id: 'r', kind: 'chat', last_seq: last, read_seq: read, unread: last - read, participants: [person('me'), person('you')] };
}
const tell = (run: (one: Listener) => void) => [...fake.listeners].forEach((one) => run(one as Listener));
function arrives(one: StoredEvent) {
  fake.seq = Math.max(fake.seq, one.seq);
  tell((listener) => listener.message?.(one));
}

beforeEach(() => {
  vi.useFakeTimers();
  visible = true;
  fake.listeners.clear();
  fake.said.length = 0;
  fake.waiting = [];
  fake.seq = 0;
  fake.api.rooms.mockReset().mockResolvedValue([room()]);
  fake.api.receipt.mockReset().mockResolvedValue(undefined);
  fake.api.typing.mockReset().mockResolvedValue(undefined);
  fake.api.eventsBefore.mockReset().mockImplementation(async (_: string, before: number) => ({
    events: log.filter((one) => one.seq < before).slice(-50), last_seq: 120
  }));
  vi.stubGlobal('document', {
    get visibilityState() {
      return visible ? 'visible' : 'hidden';
    },
    addEventListener: () => {}, removeEventListener: () => {}
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function opened() {
  const talk = new Conversation('e', 'r');
  await talk.open();
  return talk;
}
const seqs = (talk: InstanceType<typeof Conversation>) => talk.messages.map((one) => one.seq);

test('opens with the newest page and reads older ones until the beginning', async () => {
  const talk = await opened();
  expect(seqs(talk)).toEqual(Array.from({ length: 50 }, (_, i) => 71 + i));
  expect(talk.more).toBe(true);
  await talk.earlier();
  await talk.earlier();
  expect(seqs(talk)).toEqual(Array.from({ length: 120 }, (_, i) => 1 + i));
  expect(talk.more).toBe(false);
});

test('a message that comes twice or out of order stands once, in its place', async () => {
  const talk = await opened();
  tell((one) => one.sent?.({ ...event(122, 'me').body, room: 'r', seq: 122 }));
  arrives(event(121, 'you'));
  arrives(event(122, 'me'));
  expect(seqs(talk).slice(-3)).toEqual([120, 121, 122]);
});

test('only what others wrote is announced, with its words', async () => {
  const talk = await opened();
  arrives(event(121, 'you', 'hello'));
  arrives(event(122, 'me'));
  expect(fake.said).toHaveLength(1);
  expect(fake.said[0]).toContain('hello');
  talk.close();
  arrives(event(124, 'you'));
  expect(fake.said).toHaveLength(1);
});

test('marks as read what is shown without a gap, and only while the page is seen', async () => {
  visible = false;
  const talk = await opened();
  expect(fake.api.receipt).not.toHaveBeenCalled();
  visible = true;
  // Our own answer stands at 125 already while 121 to 124 are still on their way.
  tell((one) => one.sent?.({ ...event(125, 'me').body, room: 'r', seq: 125 }));
  talk.markRead();
  expect(fake.api.receipt).toHaveBeenLastCalledWith('r', { delivered: 120, read: 120 });
  talk.markRead();
  expect(fake.api.receipt).toHaveBeenCalledTimes(1);
});

test('a mark that got lost is made again when the line is back', async () => {
  fake.api.receipt.mockRejectedValueOnce(new Error('offline'));
  await opened();
  await vi.advanceTimersByTimeAsync(0);
  tell((one) => one.resume?.());
  await vi.advanceTimersByTimeAsync(0);
  expect(fake.api.receipt).toHaveBeenCalledTimes(2);
});

test('presence, receipts and typing of the other are shown; our own and unknown kinds are not', async () => {
  const talk = await opened();
  const passes = (kind: string, body: object, where = 'r') => tell((one) => one.passing?.({ room: where, kind, body } as PassingEvent));
  passes('presence', { account: 'you', present: true });
  passes('receipt', { account: 'you', delivered: 9, read: 4 });
  passes('receipt', { account: 'you', delivered: 3, read: 2 });
  passes('receipt', { account: 'me', delivered: 120, read: 120 });
  passes('reply-time', { episode: 'e' });
  passes('typing', { account: 'me', typing: true });
  passes('typing', { account: 'you', typing: true }, 'another');
  expect(talk.typing).toBe(false);
  expect([talk.other?.present, talk.other?.delivered, talk.other?.read]).toEqual([true, 9, 4]);
  passes('typing', { account: 'you', typing: true });
  expect(talk.typing).toBe(true);
  await vi.advanceTimersByTimeAsync(7000);
  expect(talk.typing).toBe(false);
  passes('typing', { account: 'you', typing: true });
  passes('presence', { account: 'you', present: false });
  expect(talk.typing).toBe(false);
});

test('says that one writes at most every few seconds, and that one stopped only after having begun', async () => {
  const talk = await opened();
  talk.iWrite(false);
  talk.iWrite(true);
  talk.iWrite(true);
  await vi.advanceTimersByTimeAsync(3000);
  talk.iWrite(true);
  talk.iWrite(false);
  expect(fake.api.typing.mock.calls.map((call) => call[1])).toEqual([true, true, false]);
});

test('a room that could not be opened opens by itself when the line is back', async () => {
  fake.api.rooms.mockRejectedValueOnce(new Error('offline'));
  const talk = await opened();
  expect(talk.failed).toBe('went wrong');
  tell((one) => one.resume?.());
  await vi.advanceTimersByTimeAsync(0);
  expect(talk.failed).toBe('');
  expect(talk.messages).toHaveLength(50);
});

test('a receipt that comes while the room is read anew is not forgotten', async () => {
  const talk = await opened();
  let answer = (_: Room[]) => {};
  fake.api.rooms.mockReturnValueOnce(new Promise<Room[]>((resolve) => (answer = resolve)));
  tell((one) => one.resume?.());
  tell((one) => one.passing?.({ room: 'r', kind: 'receipt', body: { account: 'you', delivered: 120, read: 120 } }));
  answer([room()]);
  await vi.advanceTimersByTimeAsync(1);
  expect(talk.other).toMatchObject({ delivered: 120, read: 120 });
});

test('marks as new what was unread at opening or came while nobody looked, until we answer', async () => {
  fake.api.rooms.mockResolvedValue([room(120, 118)]);
  const talk = await opened();
  expect(talk.newAfter).toBe(118);
  arrives(event(121, 'you'));
  expect(talk.newAfter).toBe(118);
  tell((one) => one.sent?.({ ...event(122, 'me').body, room: 'r', seq: 122 }));
  arrives(event(122, 'me'));
  arrives(event(123, 'you'));
  expect(talk.newAfter).toBe(Infinity);
  visible = false;
  arrives(event(124, 'you'));
  arrives(event(125, 'you'));
  expect(talk.newAfter).toBe(123);
});

test('what is new is read from its first message on, also when it is more than a page', async () => {
  fake.api.rooms.mockResolvedValue([room(120, 10)]);
  await opened();
  expect(fake.api.eventsBefore).toHaveBeenCalledWith('r', 121, 120);
});

test('a thread that waits here to be begun is not missing, and opens when its first message is sent', async () => {
  fake.api.rooms.mockResolvedValue([]);
  fake.waiting = [{ room: 'r' }];
  const talk = await opened();
  expect(talk.missing).toBe(false);
  fake.api.rooms.mockResolvedValue([room(1)]);
  tell((one) => one.sent?.({ ...event(1, 'me').body, room: 'r', seq: 1 }));
  fake.waiting = [];
  expect(talk.missing).toBe(false);
  await vi.waitFor(() => expect(talk.room?.id).toBe('r'));
  expect(seqs(talk)).toContain(1);
  expect(talk.missing).toBe(false);
});

test('a thread that is begun while the list of rooms is on its way is read again, and a room that is nowhere is missing', async () => {
  let answer: (rooms: Room[]) => void = () => {};
  fake.api.rooms.mockReturnValueOnce(new Promise((done) => (answer = done)));
  const talk = new Conversation('e', 'r');
  const opening = talk.open();
  tell((one) => one.sent?.({ ...event(1, 'me').body, room: 'r', seq: 1 }));
  fake.api.rooms.mockResolvedValue([room(1)]);
  answer([]);
  await opening;
  await vi.waitFor(() => expect(talk.room?.id).toBe('r'));
  fake.api.rooms.mockResolvedValue([]);
  expect((await opened()).missing).toBe(true);
});
