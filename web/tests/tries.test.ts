import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Tries } from '../src/shared/tries';

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

test('words that were changed after an answer was lost are stored, and the same words once', async () => {
  const stored = new Map<string, string>();
  let isLost = true;
  /** The first words under an id stay, as in the service. */
  const send = (id: string, words: string): Promise<void> => {
    if (!stored.has(id)) stored.set(id, words);
    return isLost ? Promise.reject(new Error('the answer was lost')) : Promise.resolve();
  };
  const tries = new Tries();
  const write = async (words: string): Promise<boolean> => {
    try {
      await send(tries.idOf({ words }), words);
      tries.arrived();
      return true;
    } catch {
      return false;
    }
  };
  expect(await write('I go out')).toBe(false);
  expect(await write('I go out')).toBe(false);
  isLost = false;
  expect(await write('I go out every day')).toBe(true);
  expect([...stored.values()]).toEqual(['I go out', 'I go out every day']);
});

test('no form of words that the service keeps once holds an id of its own', () => {
  const features = join('src', 'features');
  for (const feature of ['goals', 'homework', 'achievements', 'relationship_concern']) {
    for (const file of readdirSync(join(features, feature)).filter((name) => name.endsWith('.svelte'))) {
      expect(readFileSync(join(features, feature, file), 'utf8'), file).not.toMatch(/(let|const) \w+ = uuid7\(\)/);
    }
  }
});
