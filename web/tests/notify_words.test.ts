import { expect, test } from 'vitest';
import { troubleOf } from '../src/features/notify/words';

test('a mail that lacked an address is no trouble of its own: that none is given is said where it stands', () => {
  const lacked = { at: '2026-11-29T19:32:00Z', tries: 1, failure: 'no_address', given_up: true };
  const refused = { ...lacked, failure: 'refused' };
  const off = { ...lacked, failure: 'no_server' };
  expect(troubleOf({ undelivered: [off, lacked] })).toBeUndefined();
  expect(troubleOf({ undelivered: [lacked, refused] })).toBe(refused);
});
