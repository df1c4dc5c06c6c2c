// Writes a small store of every slice with the built program, for later programs to open: test/fixtures/README.md.
// Usage: npm run build && node tools/fixture-store.mjs test/fixtures/store-v<n>
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { days, importFiles } from './fixture-story.mjs';

const [target] = process.argv.slice(2);
if (target === undefined || existsSync(target)) {
  console.error('Usage: node tools/fixture-store.mjs <new folder>; a fixture that is there is never written again.');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'patron-fixture-'));
const data = join(folder, 'data');
const patron = (...words) =>
  execFileSync(process.execPath, [resolve('bin/patron.js'), ...words, '--data', data], {
    cwd: folder,
    encoding: 'utf8',
  });

/** Sends commands in their order. @throws when one is refused */
function send(commands) {
  const input = commands.map((command) => `${JSON.stringify(command)}\n`).join('');
  const words = [resolve('bin/patron.js'), 'send', '-', '--data', data];
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { cwd: folder, input, encoding: 'utf8' });
  const answers = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const refused = answers
    .filter(({ code }) => code !== undefined)
    .map(({ line, detail }) => `${commands[line - 1].command}: ${detail}`);
  if (status !== 0 || refused.length > 0) throw new Error(`${refused.join('; ')} ${stderr}`);
  return answers;
}

try {
  const company = JSON.stringify({ zone: 'Europe/London', currency: 'GBP' });
  patron('policy', 'publish', 'company', company, '--effective-from', '1990-01-01');
  patron('clock', 'fix', days[0].day);
  const told = [];
  for (const { day, commands } of days) {
    const dated = commands.map((command, n) => {
      const minute = String(n % 60).padStart(2, '0');
      const at = `${day}T${String(9 + Math.floor(n / 60)).padStart(2, '0')}:${minute}:00Z`;
      return { commandId: `${day}/${n}`, at, ...command };
    });
    const to = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
    const answers = send([{ command: 'AdvanceClock', commandId: `clock/${day}`, to }, ...dated]);
    told.push(...dated.map((command, n) => ({ command, facts: answers[n + 1].facts })));
  }
  for (const { name, mapping, rows } of importFiles) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(mapping));
    writeFileSync(join(folder, `${name}.csv`), rows);
    patron('import', `${name}.csv`, '--mapping', `${name}.json`);
  }
  const rules = JSON.stringify({ refundWithinDays: 45, channels: [] });
  patron('policy', 'publish', 'purchases', rules, '--effective-from', days.at(-1).day);
  patron('backup', resolve(target, 'backup'), '--with-keys', resolve(target, 'keys'));
  const answered = told.map(({ command, facts }) => JSON.stringify({ ...command, facts: facts.map(({ id }) => id) }));
  writeFileSync(join(target, 'answered.ndjson'), `${answered.join('\n')}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
