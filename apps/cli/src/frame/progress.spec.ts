import { ProgressLine } from './progress.js';
import { table, terminalOf } from './terminal.js';

const shownOn = (isTTY: boolean, env: Record<string, string> = {}) => {
  let now = 0;
  const written: string[] = [];
  const terminal = terminalOf({ isTTY }, { isTTY }, env);
  const line = new ProgressLine(
    terminal,
    (text) => void written.push(text),
    () => now,
  );
  for (let step = 0; step <= 10; step += 1, now += 1_000) line.show('sending', step / 10, step * 100, 'rows');
  line.clear();
  return written;
};

describe('progress', () => {
  it('is a plain line now and then in a pipe', () => {
    expect(shownOn(false)).toEqual([
      'sending: 50 %, 500 rows, 100 rows/s, 5 s left\n',
      'sending: 100 %, 1,000 rows, 100 rows/s, 0 s left\n',
    ]);
  });

  it('is one line drawn over on a terminal, without colours where NO_COLOR says so', () => {
    const written = shownOn(true, { NO_COLOR: '1' });
    expect(written).toHaveLength(11);
    expect(written.every((text) => text.startsWith('\r'))).toBe(true);
    expect(written.join('')).not.toContain('\u001b[3');
    expect(shownOn(true).join('')).toContain('\u001b[36m');
  });
});

describe('a table', () => {
  it('puts numbers to the right', () => {
    expect(
      table(
        ['name', 'n'],
        [
          ['a', '1'],
          ['long name', '1,000'],
        ],
      ),
    ).toEqual(['name           n', 'a              1', 'long name  1,000']);
  });
});
