import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const built = new URL('../../../dist/libs/runtime/src/heap-growth.js', import.meta.url).href;

/** Prints what a thread has for its young generation that begins in a process of its own, which held so many MB before. */
const youngOfThread = (heldMb: number): string => `
  import { setTimeout as delay } from 'node:timers/promises';
  import { Worker } from 'node:worker_threads';
  import { boundGarbage, collectGarbage, takeLess } from '${built}';
  takeLess(240); // it is large from 200 MB on
  boundGarbage();
  let held = Buffer.alloc(${heldMb} * 2 ** 20, 1);
  await delay(600);
  held = undefined;
  await collectGarbage();
  await delay(600);
  const work = \`
    import { getHeapSpaceStatistics } from 'node:v8';
    import { parentPort } from 'node:worker_threads';
    for (let n = 0, held = []; n < 1e6; n += 1) if (held.push({ n }) > 1e5) held = [];
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    parentPort.postMessage(young.space_size);
  \`;
  new Worker(work, { eval: true }).on('message', (size) => process.stdout.write(String(size)));
`;

describe('the garbage of a process of our own', () => {
  it.each([
    ['small', 1],
    ['large, and is not any more', 250],
  ])('lets threads that begin when it was %s have a young generation of several MB', async (_, heldMb) => {
    const program = ['--input-type=module', '--eval', youngOfThread(heldMb)];
    const { stdout } = await promisify(execFile)(process.execPath, program);
    expect(Number(stdout)).toBeGreaterThanOrEqual(8 * 2 ** 20);
  });
});
