// Phones on slow lines load this too, so the build fails when it grows past what we promised. Counted is what the
// log-in and everything that comes at once after it take, as the server sends it; the worker fetches the rest later.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const limit = 120 * 1024;
const root = new URL('../dist/', import.meta.url).pathname;
const sent = (name) => {
  const content = readFileSync(join(root, name));
  return Math.min(content.length, gzipSync(content).length);
};
const sum = (names) => names.reduce((total, name) => total + sent(name), 0);

// Vite names in the page every script that it runs at once, with what these import.
const page = readFileSync(join(root, 'index.html'), 'utf8');
const first = ['index.html', ...[...page.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, name]) => name)];
if (!first.some((name) => name.endsWith('.js')) || !first.some((name) => name.endsWith('.css'))) {
  throw new Error('index.html does not name its script and its style any more');
}
const all = readdirSync(root, { recursive: true }).filter((name) => statSync(join(root, name)).isFile());
const size = sum(first);
const kilobytes = (bytes) => (bytes / 1024).toFixed(1);
process.stdout.write(`first load, compressed: ${kilobytes(size)} KB of ${limit / 1024} KB (${first.length} files); everything: ${kilobytes(sum(all))} KB\n`);
if (size > limit) process.exit(1);
