import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** A link that somebody follows must be answered as a page that is there, or what looks at links takes it for dead. */
test('the server knows the beginning of every address of the app', () => {
  const source = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  const list = (text: string, pattern: RegExp) => [...(pattern.exec(text)?.[1] ?? '').matchAll(/["']([a-z]+)["']/g)].map((found) => found[1]);
  const router = source('../src/shared/router.svelte.ts');
  const own = new Set([...list(router, /kAlone = \[([^\]]*)\]/), ...[...router.matchAll(/[`']\/([a-z]+)/g)].map((found) => found[1])]);
  const known = list(source('../../src/server/static_files.cpp'), /kPages\{([^}]*)\}/);
  expect(own.size).toBeGreaterThan(8);
  expect([...own].sort()).toEqual([...known].sort());
});
