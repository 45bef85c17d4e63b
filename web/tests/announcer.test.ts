import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Announcer } from '../src/shared/announcer.svelte';
import { brief } from '../src/shared/text';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** What someone hears who is told of every change. */
function hear(announcer: Announcer, millis: number): string[] {
  const heard: string[] = [];
  let last = '';
  for (let passed = 0; passed <= millis; passed += 50) {
    if (announcer.said !== last && announcer.said !== '') heard.push(announcer.said);
    last = announcer.said;
    vi.advanceTimersByTime(50);
  }
  return heard;
}

test('sentences that come together are all heard, one after the other, and the same one twice', () => {
  const announcer = new Announcer();
  for (const one of ['first', 'second']) announcer.say(one);
  expect(hear(announcer, 6000)).toEqual(['first', 'second']);
  announcer.say('second');
  expect(hear(announcer, 3000)).toEqual(['second']);
});

test('one message is read; of several that were missed their number is told', () => {
  const announcer = new Announcer();
  announcer.message('Sam: hello');
  expect(hear(announcer, 3000)).toEqual(['Sam: hello']);
  for (const one of ['Sam: a', 'Sam: b', 'Sam: c']) announcer.message(one);
  expect(hear(announcer, 3000)).toEqual(['3 new messages']);
});

test('whoever comes after hears nothing of it', () => {
  const announcer = new Announcer();
  announcer.say('for the first');
  announcer.say('more for the first');
  announcer.message('Sam: hello');
  announcer.hush();
  expect(hear(announcer, 5000)).toEqual([]);
});

test('a long letter is begun, and no character is cut in half', () => {
  expect(brief('short')).toBe('short');
  expect(brief('🌳'.repeat(201))).toBe(`${'🌳'.repeat(200)} …`);
});
