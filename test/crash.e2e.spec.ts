import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Checked } from '../tools/crash/checks.js';
import type { Tally } from '../tools/crash/tally.js';

type Report = Omit<Tally, 'note' | 'noteAnswers' | 'fault'> & {
  readonly checks: readonly Checked[];
  readonly skipped: readonly string[];
};

const program = fileURLToPath(new URL('../dist/tools/crash/main.js', import.meta.url));
const described = existsSync(program) ? describe : describe.skip;

async function crash(...args: readonly string[]): Promise<Report> {
  const child = spawn(process.execPath, [program, '--json', ...args]);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  await once(child, 'close');
  if (out === '') throw new Error(err);
  return JSON.parse(out) as Report;
}

const check = async (words: string): Promise<Checked | undefined> => {
  const { checks } = await crash('--rounds', '0', '--check', words);
  expect(checks).toHaveLength(1);
  return checks[0];
};

described('kill -9 of servers and imports at work', () => {
  it('loses nothing that was answered and doubles nothing, in ten rounds', async () => {
    const report = await crash('--rounds', '10', '--seed', '7', '--kills', '2', '--commands', '6', '--no-checks');
    expect(report.faults).toEqual([]);
    expect(report.answered).toBe(7 * 64 * 6);
    expect(report.insideTransaction).toBeGreaterThan(0);
    expect(report.committedUnanswered).toBeGreaterThan(0);
    expect(report.midProjection).toBeGreaterThan(0);
  }, 900_000);

  it.each([
    'between the two appends of a claim',
    'between the two appends of a transfer',
    'in a rebuild',
    'in a schema change',
    'in the first start',
  ])(
    'is made good %s',
    async (words) => {
      const outcome = await check(words);
      expect(outcome?.faults).toEqual([]);
      expect(outcome?.kills).toBeGreaterThan(0);
    },
    900_000,
  );
});

described('the disk under an answer', () => {
  it('has it, by a completed sync, before the caller does', async () => {
    const outcome = await check('sync');
    expect(outcome?.faults).toEqual([]);
    if (outcome?.skipped !== undefined) return;
    expect(outcome?.figures?.['answers']).toBeGreaterThan(100);
    expect(outcome?.figures?.['sealed']).toBeGreaterThan(0);
  }, 300_000);

  it('may be full: callers are told so, nothing half written stays, and work goes on when there is room', async () => {
    const outcome = await check('full disk');
    expect(outcome?.faults).toEqual([]);
    if (outcome?.skipped === undefined) expect(outcome?.figures?.['refused']).toBeGreaterThan(0);
  }, 300_000);
});
