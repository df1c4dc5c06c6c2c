// Usage: node tools/ci-verdict.mjs <exit status of the run so far>
// Turns .test-results.json into CI's exit status and its last line.
import { readFileSync } from 'node:fs';

function results() {
  try {
    return JSON.parse(readFileSync(new URL('../.test-results.json', import.meta.url), 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0, skippedNames: [] };
  }
}

const status = Number(process.argv[2] ?? 0);
const { passed, failed, skipped, skippedNames } = results();
const unfed = skippedNames.filter((name) => name.includes('shared/data'));

if (status !== 0) console.log(`CI fails: a step before this one ended with status ${status}.`);
if (passed === 0) console.log('CI fails: no test passed.');
for (const name of unfed) console.log(`CI fails: skipped, though CI has shared/data: ${name}`);

console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = status !== 0 || passed === 0 || failed > 0 || unfed.length > 0 ? 1 : 0;
