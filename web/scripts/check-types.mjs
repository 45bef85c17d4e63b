// Fails when src/api/generated.ts does not say what the server says of itself. Of use after any change of a route:
//   rapport openapi > FILE; npm run types:check -- FILE
import { spawnSync } from 'node:child_process';

const [file] = process.argv.slice(2);
if (!file) {
  process.stderr.write('Give the file that "rapport openapi" printed.\n');
  process.exit(2);
}
const command = new URL('../node_modules/.bin/openapi-typescript', import.meta.url).pathname;
const kept = new URL('../src/api/generated.ts', import.meta.url).pathname;
const run = spawnSync(command, [file, '--output', kept, '--check'], { encoding: 'utf8' });
if (run.status !== 0) {
  process.stderr.write(`${run.stdout}${run.stderr}src/api/generated.ts is out of date: npm run types -- ${file}\n`);
  process.exit(1);
}
process.stdout.write('The types say what the server says.\n');
