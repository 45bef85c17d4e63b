#!/usr/bin/env node
// Drives the service in real browsers: node tests/browser/run.mjs --rapport PATH [--shots DIR] [--only PART] [--file PART]
// One line for each check; the last line is "N passed, N failed, N skipped".
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { House } from './lib/house.mjs';
import { Desk, launch, seen } from './lib/people.mjs';

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

/** Every check has a desk of its own; what it opened there is closed however the check ends. */
async function check(sentence, run) {
  if (values.only && !sentence.includes(values.only)) {
    skipped += 1;
    return;
  }
  const start = Date.now();
  const desk = new Desk(browser);
  try {
    await run(desk);
    passed += 1;
    process.stdout.write(`ok: ${sentence} (${((Date.now() - start) / 1000).toFixed(1)} s)\n`);
  } catch (error) {
    failed += 1;
    process.stdout.write(`FAILED: ${sentence}\n${String(error.stack ?? error).replace(/^/gm, '    ')}\n`);
  } finally {
    await desk.clear();
  }
}

/** A file of checks has a server of its own: one of them kills it. */
async function runFile(file) {
  const house = new House(resolve(values.rapport));
  try {
    await house.open();
    const { default: add } = await import(file);
    await add({ check, house, shots });
  } catch (error) {
    failed += 1;
    process.stdout.write(`FAILED: the run of ${file.pathname}\n${String(error.stack ?? error)}\n`);
  } finally {
    await house.close();
  }
}

const browser = await launch();
try {
  const folder = new URL('./checks/', import.meta.url);
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.mjs') && name.includes(values.file ?? ''))
    .sort()
    .map((name) => new URL(name, folder));
  // Much of the time a check waits, so two files run side by side; the longest stand first by name.
  const lane = async () => {
    for (let file = files.shift(); file; file = files.shift()) await runFile(file);
  };
  await Promise.all([lane(), lane()]);
  await check('no page asked anyone but its own server', () => {
    if (seen.requests === 0) throw new Error('no request was recorded at all');
    if (seen.elsewhere.length) throw new Error(seen.elsewhere.join('\n'));
  });
  await check('no error, no refusal by the content policy and no warning in any console', () => {
    if (seen.errors.length) throw new Error([...new Set(seen.errors)].join('\n'));
  });
} finally {
  await browser.close();
}
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
// A road that a failed check left open must not keep the run alive.
process.exit(failed === 0 ? 0 : 1);
