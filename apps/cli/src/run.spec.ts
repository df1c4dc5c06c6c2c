import { PassThrough } from 'node:stream';
import { terminalOf } from './frame/terminal.js';
import type { World } from './frame/world.js';
import { run } from './run.js';

describe('what the command line says of an error', () => {
  const said = async (...words: readonly string[]): Promise<string> => {
    const lines: string[] = [];
    const say = (line: string): void => void lines.push(line);
    const world: World = {
      ...{ out: say, err: say, errText: say, write: async (text) => say(text), env: {}, stdin: new PassThrough() },
      ...{ terminal: terminalOf({}, {}, {}), signal: new AbortController().signal },
      patron: () => Promise.reject(new Error('Nothing is opened here.')),
    };
    expect(await run(new Map(), words, world)).toBe(2);
    return lines.join('\n');
  };

  it('holds nothing that a terminal would obey', async () => {
    const told = await said('\u001b[2J\u009b31mserve\r');
    expect(told).toContain('There is no command \ufffd[2J\ufffd31mserve\ufffd.');
  });
});
