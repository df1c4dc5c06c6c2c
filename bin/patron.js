#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/apps/cli/src/main.js', import.meta.url);

if (existsSync(main)) {
  await import(main.href);
} else {
  const folder = dirname(dirname(fileURLToPath(import.meta.url)));
  process.stderr.write(`Patron is not built yet: run \`npm run build\` in ${folder}.\n`);
  process.exitCode = 1;
}
