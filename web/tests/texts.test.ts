import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import de from '../messages/de.json';
import en from '../messages/en.json';

const names = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

test('every text exists in both languages with the same values to fill in', () => {
  expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
  for (const [key, text] of Object.entries(en)) {
    const other = (de as Record<string, string>)[key] ?? '';
    expect(other.trim(), key).not.toBe('');
    expect(names(other), key).toEqual(names(text));
  }
});

test('every text is used', () => {
  const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(svelte|ts)$/.test(name) && !name.startsWith('paraglide'))
    .map((name) => readFileSync(join('src', name), 'utf8'))
    .join('\n');
  const unused = Object.keys(en).filter((key) => key !== '$schema' && !source.includes(`m.${key}(`));
  expect(unused).toEqual([]);
});
