import { writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Leaves the counts in .test-results.json for .ci/run, and prints them as the last line of the run. */
export default class CountReporter {
  constructor(globalConfig) {
    this.file = join(globalConfig.rootDir, '.test-results.json');
  }

  onRunComplete(_contexts, results) {
    const skippedNames = results.testResults
      .flatMap((suite) => suite.testResults)
      .filter((test) => ['pending', 'todo', 'skipped', 'disabled'].includes(test.status))
      .map((test) => test.fullName);
    const counts = {
      passed: results.numPassedTests,
      // A suite that could not run has no tests to count: it counts as one failure.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: skippedNames.length,
    };
    writeFileSync(this.file, `${JSON.stringify({ ...counts, skippedNames }, null, 2)}\n`);
    // Jest prints its own summary after the last reporter, so ours waits for the exit.
    process.once('exit', () => {
      writeSync(1, `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
    });
  }
}
