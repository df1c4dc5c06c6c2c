import type { AnyCommand, Flag } from './define-command.js';
import { dashed } from './parse-args.js';
import type { Terminal } from './terminal.js';

/** What `--help` prints of one command. */
export function helpOf({ usage, about, example, flags }: AnyCommand, { paint }: Terminal): string {
  const all: Record<string, Flag> = { ...(flags as Record<string, Flag>), help: { about: 'Show this.' } };
  const shown = Object.entries(all).map(
    ([name, { about: what, value }]) => [`--${dashed(name)}${value === undefined ? '' : ` <${value}>`}`, what] as const,
  );
  const width = Math.max(...shown.map(([flag]) => flag.length));
  return [
    about,
    '',
    `${paint('bold', 'Usage')}    ${usage}`,
    `${paint('bold', 'Example')}  ${example}`,
    '',
    paint('bold', 'Flags'),
    ...shown.map(([flag, what]) => `  ${flag.padEnd(width)}  ${what}`),
    '',
  ].join('\n');
}

/** What `patron` alone prints. */
export function overview(commands: ReadonlyMap<string, AnyCommand>, { paint }: Terminal): string {
  const width = Math.max(...[...commands.keys()].map((words) => words.length));
  return [
    'Patron: an event-sourced CRM core. Commands in, facts appended, read models out.',
    '',
    `${paint('bold', 'Usage')}  patron <command> [--help]`,
    '',
    ...[...commands].map(([words, { about }]) => `  ${paint('cyan', words.padEnd(width))}  ${about}`),
    '',
    'Exit codes: 0 done, 1 failed, 2 invalid, 3 not found, 4 conflict, 5 forbidden, 6 unavailable.',
    '',
  ].join('\n');
}
