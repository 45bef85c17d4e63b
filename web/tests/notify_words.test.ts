import { expect, test } from 'vitest';
import { troubleOf } from '../src/features/notify/words';

test('a mail that lacked an address is no trouble any more once there is one', () => {
  const lacked = { at: '2026-11-29T19:32:00Z', tries: 1, failure: 'no_address', given_up: true };
  const refused = { ...lacked, failure: 'refused' };
  const off = { ...lacked, failure: 'no_server' };
  expect(troubleOf({ address: null, undelivered: [off, lacked] })).toBe(lacked);
  expect(troubleOf({ address: 'a@example.net', undelivered: [lacked, refused] })).toBe(refused);
  expect(troubleOf({ address: 'a@example.net', undelivered: [off, lacked] })).toBeUndefined();
});
