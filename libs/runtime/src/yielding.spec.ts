import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';

const built = new URL('../../../dist/libs/runtime/src/yielding.js', import.meta.url).href;

/** Prints how many threads have a lower priority than the main one. */
const lower = `
  import { readdirSync } from 'node:fs';
  import { getPriority } from 'node:os';
  import { letHelpersYield } from '${built}';
  letHelpersYield();
  const of = readdirSync('/proc/self/task').map((thread) => getPriority(Number(thread)));
  const main = getPriority();
  console.log(of.filter((one) => one > main).length);
`;

describe('the threads that help to collect garbage', () => {
  const isShared = existsSync('/proc/self/task') && availableParallelism() <= 5;

  (isShared ? it : it.skip)('go behind the one that answers commands, on Linux with few cores', async () => {
    const program = ['--input-type=module', '--eval', lower];
    const { stdout } = await promisify(execFile)(process.execPath, program);
    expect(Number(stdout)).toBe(5);
  });
});
