import { expect, test } from 'vitest';
import { isWithin } from '../src/features/absences/within';

test('a session falls into an absence from its first moment to its last, and not into one without an end', () => {
  const absence = { from: '2026-12-01T00:00:00Z', until: '2026-12-08T00:00:00Z' };
  const times = ['2026-11-30T23:59:59Z', '2026-12-01T00:00:00Z', '2026-12-07T23:59:59Z', '2026-12-08T00:00:00Z'];
  expect(times.map((at) => isWithin(at, absence))).toEqual([false, true, true, false]);
  expect(isWithin('2026-12-02T00:00:00Z', { from: absence.from })).toBe(false);
});
