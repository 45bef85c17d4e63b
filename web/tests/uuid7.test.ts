import { expect, test } from 'vitest';
import { uuid7 } from '../src/shared/uuid7';

test('has the version, the variant and the time', () => {
  const at = Date.now() + 1000;
  const id = uuid7(at);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(at);
});

test('ids sort in the order they were made, also past one counter and with the clock set back', () => {
  const at = Date.now() + 2000;
  const ids = Array.from({ length: 9000 }, () => uuid7(at));
  ids.push(uuid7(at - 5000));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});
