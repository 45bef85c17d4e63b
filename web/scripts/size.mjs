// Phones on slow lines load this too, so the build fails when it grows past what we promised.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const limit = 120 * 1024;
const root = new URL('../dist/', import.meta.url).pathname;
let total = 0;
for (const name of readdirSync(root, { recursive: true })) {
  if (!/\.(js|css|html|svg)$/.test(name)) continue;
  total += gzipSync(readFileSync(join(root, name))).length;
}
process.stdout.write(`compressed size: ${(total / 1024).toFixed(1)} KB of ${limit / 1024} KB\n`);
if (total > limit) process.exit(1);
