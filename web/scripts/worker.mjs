// Makes dist/worker.js: what the shell of this build consists of, and a name that changes with any of it.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('../dist/', import.meta.url).pathname;
const source = readFileSync(new URL('../src/shared/worker.js', import.meta.url), 'utf8');
const names = readdirSync(root, { recursive: true })
  .filter((name) => statSync(join(root, name)).isFile() && name !== 'worker.js')
  .sort();
const digest = createHash('sha256').update(source);
for (const name of names) digest.update(name).update(readFileSync(join(root, name)));
const files = names.map((name) => (name === 'index.html' ? '/' : `/${name}`));
const made = source
  .replace('/* files */ []', () => JSON.stringify(files))
  .replace("/* shell */ ''", () => `'rapport-shell-${digest.digest('hex').slice(0, 16)}'`);
if (made.includes('/* files */') || made.includes('/* shell */')) throw new Error('worker.js has no place for the list');
writeFileSync(join(root, 'worker.js'), made);
