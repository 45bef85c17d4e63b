import { expect, test } from 'vitest';
import { Tries } from '../src/features/signals/tries';

test('a try again has the same id, and changed words another', () => {
  const tries = new Tries();
  const first = tries.idOf({ outcome: 'acted', note: 'called' });
  expect(tries.idOf({ outcome: 'acted', note: 'called' })).toBe(first);
  const changed = tries.idOf({ outcome: 'acted', note: 'called twice' });
  expect(changed).not.toBe(first);
  expect(tries.idOf({ outcome: 'acted', note: 'called twice' })).toBe(changed);
});

test('what is recorded after one that arrived is another, also in the same words', () => {
  const tries = new Tries();
  const first = tries.idOf({ outcome: 'acted' });
  tries.arrived();
  expect(tries.idOf({ outcome: 'acted' })).not.toBe(first);
});
