import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '#testing/temp-folder.js';
import { scratchFolder } from './scratch-folder.js';

const DEAD_PID = 2 ** 22 + 1; // above the largest pid of Linux

describe('a scratch folder', () => {
  const folder = tempFolder();

  it('is empty, its own, and nobody else’s to look into', () => {
    const [one, two] = [scratchFolder('import', folder()), scratchFolder('import', folder())];
    expect(one).not.toBe(two);
    expect(readdirSync(one)).toEqual([]);
    expect(readdirSync(folder())).toHaveLength(2); // none takes the other for left over
  });

  it('begins with the end of what killed processes left, whatever for, and of nothing else', () => {
    const left = ['as-of', 'import', 'replay'].map((use) => `patron-${use}-${DEAD_PID}-a1B2c3`);
    const others = [
      `patron-import-${process.ppid}-a1B2c3`, // lives
      `patron-crash-${DEAD_PID}-a1B2c3`,
      `patron-replay-${DEAD_PID}`,
      'patron-as-of-a1B2c3',
    ];
    for (const name of [...left, ...others]) mkdirSync(join(folder(), name, 'read-models'), { recursive: true });
    const made = scratchFolder('replay', folder());
    expect(readdirSync(folder()).sort()).toEqual([...others, made.slice(folder().length + 1)].sort());
  });
});
