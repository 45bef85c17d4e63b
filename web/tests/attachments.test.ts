import { beforeEach, expect, test, vi } from 'vitest';

const fake = vi.hoisted(() => ({ ask: vi.fn(), said: [] as string[] }));
vi.mock('../src/shared/api', () => ({
  ask: fake.ask,
  Problem: class extends Error {
    retryAfter = 1;
    constructor(readonly status: number, readonly code: string) {
      super(code);
    }
    get passing() {
      return this.status === 0 || this.status >= 500;
    }
  }
}));
vi.mock('../src/shared/session.svelte', () => ({ explain: () => 'went wrong', app: { say: (text: string) => fake.said.push(text) } }));
vi.mock('../src/shared/prefs.svelte', () => ({ prefs: { locale: 'en' } }));
const { Problem } = await import('../src/shared/api');
const { WaitingFiles } = await import('../src/features/attachments/waiting.svelte');
const { sizeOf } = await import('../src/features/attachments/words');

const partBytes = 10;
const ready = { id: 'x', name: 'a.png', type: 'image/png', bytes: 25, width: 2, height: 2 };
/** What the server was told, without what only asks. */
let told: string[] = [];
/** What goes wrong, by the number of the question from 0. */
let wrong: Record<number, InstanceType<typeof Problem>> = {};

beforeEach(() => {
  told = [];
  wrong = {};
  fake.said.length = 0;
  fake.ask.mockReset().mockImplementation(async (method: string, path: string, _: unknown, body: { number?: number; content?: string; bytes?: number }) => {
    const number = told.length;
    told.push(`${method} ${path.split('/').at(-1)}${body?.number === undefined ? '' : ` ${body.number} ${atob(body.content ?? '').length}`}`);
    if (wrong[number]) throw wrong[number];
    if (path === '/api/attachments' && method === 'get') return { attachments: [], largest: 100, of_message: 2, left_today: 1000 };
    if (path === '/api/attachments') return { id: 'x', parts: Math.ceil((body.bytes ?? 0) / partBytes), part_bytes: partBytes };
    return path.endsWith('/check') ? ready : undefined;
  });
});

const file = (bytes = 25, name = 'a.png') => new File([new Uint8Array(bytes)], name);
const settled = (files: InstanceType<typeof WaitingFiles>, state: string) =>
  vi.waitFor(() => expect(files.items.map((one) => one.state)).toEqual([state]), 5000);

test('a file goes part by part, is looked at, and then goes with the message as it will be seen', async () => {
  const files = new WaitingFiles('room');
  files.add([file()]);
  expect(files.blocked).not.toBe('');
  await settled(files, 'ready');
  expect(told).toEqual(['post attachments', 'put part 0 10', 'put part 1 10', 'put part 2 5', 'post check']);
  expect(files.blocked).toBe('');
  files.items[0]!.description = ' the lake ';
  expect(files.ready).toEqual([{ ...ready, description: 'the lake' }]);
  files.sent();
  expect(files.ready).toEqual([]);
});

test('what breaks off goes on by itself, with the part that was lost', async () => {
  wrong = { 2: new Problem(0, 'unreachable', '') };
  const files = new WaitingFiles('room');
  files.add([file()]);
  await settled(files, 'ready');
  expect(told.slice(1, 4)).toEqual(['put part 0 10', 'put part 1 10', 'put part 1 10']);
});

test('what the server refuses is said at once, and keeps the message from going without it', async () => {
  wrong = { 4: new Problem(422, 'media.unknown', '') };
  const files = new WaitingFiles('room');
  files.add([file()]);
  await settled(files, 'failed');
  expect(files.items[0]).toMatchObject({ passing: false, problem: expect.stringContaining('JPEG') });
  expect(files.blocked).not.toBe('');
  files.remove(files.items[0]!.id);
  expect(files.items).toEqual([]);
});

test('what was written about a picture is there again for the next page, until it went with the message', async () => {
  fake.ask.mockImplementation(async () => ({ attachments: [{ ...ready, id: 'y' }], largest: 100, of_message: 2, left_today: 1000 }));
  const files = new WaitingFiles('a lake');
  await files.open();
  files.items[0]!.description = 'the lake';
  files.described();
  const again = new WaitingFiles('a lake');
  await again.open();
  expect(again.items[0]?.description).toBe('the lake');
  again.sent();
  const later = new WaitingFiles('a lake');
  await later.open();
  expect(later.items[0]?.description).toBe('');
});

test('limits are said before a byte goes', async () => {
  const files = new WaitingFiles('room');
  await files.open();
  files.add([file(101)]);
  expect([files.items.length, files.problem]).toEqual([0, expect.stringContaining('Larger than')]);
  files.add([file(), file(), file()]);
  expect([files.items.length, files.problem]).toEqual([2, expect.stringContaining('2 files')]);
});

test('sizes are said as people say them', () => {
  expect([10, 830_000, 1_400_000, 10_485_760].map(sizeOf)).toEqual(['1 kB', '830 kB', '1.4 MB', '10 MB']);
});
