#!/usr/bin/env node
// Drives the service in real browsers: node tests/browser/run.mjs --rapport PATH [--shots DIR] [--only PART] [--file PART]
// One line for each check; the last line is "N passed, N failed, N skipped".
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { House } from './lib/house.mjs';
import { launch, seen } from './lib/people.mjs';

const { values } = parseArgs({
  options: { rapport: { type: 'string' }, shots: { type: 'string' }, only: { type: 'string' }, file: { type: 'string' } }
});
if (!values.rapport || !existsSync(values.rapport)) {
  process.stderr.write('Give the server program: --rapport build/release/rapport\n');
  process.exit(2);
}
const shots = values.shots ? resolve(values.shots) : null;
if (shots) mkdirSync(shots, { recursive: true });

let passed = 0;
let failed = 0;
let skipped = 0;

async function check(sentence, run) {
  if (values.only && !sentence.includes(values.only)) {
    skipped += 1;
    return;
  }
  const start = Date.now();
  try {
    await run();
    passed += 1;
    process.stdout.write(`ok: ${sentence} (${((Date.now() - start) / 1000).toFixed(1)} s)\n`);
  } catch (error) {
    failed += 1;
    process.stdout.write(`FAILED: ${sentence}\n${String(error.stack ?? error).replace(/^/gm, '    ')}\n`);
  }
}

const house = new House(resolve(values.rapport));
let browser = null;
try {
  await house.open();
  browser = await launch();
  const folder = new URL('./checks/', import.meta.url);
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.mjs') && one.includes(values.file ?? '')).sort()) {
    const { default: add } = await import(new URL(name, folder));
    await add({ check, house, browser, shots });
  }
  await check('no page asked anyone but its own server', () => {
    if (seen.requests === 0) throw new Error('no request was recorded at all');
    if (seen.elsewhere.length) throw new Error(seen.elsewhere.join('\n'));
  });
  await check('no error, no refusal by the content policy and no warning in any console', () => {
    if (seen.errors.length) throw new Error([...new Set(seen.errors)].join('\n'));
  });
} catch (error) {
  failed += 1;
  process.stdout.write(`FAILED: the run itself\n${String(error.stack ?? error)}\n`);
} finally {
  await browser?.close();
  await house.close();
}
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
// A road that a failed check left open must not keep the run alive.
process.exit(failed === 0 ? 0 : 1);
