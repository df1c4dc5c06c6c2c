import { InvalidRequest } from '#kernel/errors.js';
import { Exit } from '#runtime/exit.js';
import type { WhatIfRequest } from '#runtime/what-ifs.js';
import { RemoteRefusal } from '../access/access.js';
import { asOfFlags } from '../frame/as-of.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { objectInFile } from '../frame/input.js';
import { UsageError } from '../frame/parse-args.js';
import { ProgressLine } from '../frame/progress.js';
import { linesOf } from '../what-if/verdict-lines.js';

export const whatIf = defineCommand({
  usage: 'patron what-if',
  about: 'Say what other policies would have done with the same history: who would stand elsewhere, points, alerts.',
  example: 'patron what-if --policy loyalty=./richer.json --from 1998-01-01',
  args: [],
  flags: {
    policy: { value: 'name=file', many: true, about: 'Rules of a policy, whole, as `policy publish` takes them.' },
    from: { value: 'instant|day', about: 'In force for facts from then on (default: always).' },
    ...asOfFlags,
    ...asJson,
    ...where,
  },
  async run({ flags }, world) {
    const { from, asOf, by } = flags;
    const files = filesIn(flags.policy);
    const policies = Object.fromEntries([...files].map(([name, file]) => [name, objectInFile(file)]));
    const request: WhatIfRequest = {
      policies,
      ...(from !== undefined && { from }),
      ...(asOf !== undefined && { asOf }),
      ...(by !== undefined && { by }),
    };
    const patron = await world.patron(flags, 'read');
    const progress = new ProgressLine(world.terminal, world.errText);
    const tell = (share: number, facts: number): void => progress.show('what-if', share, facts, 'facts');
    try {
      const verdict = await patron.whatIf(request, tell, world.signal);
      progress.clear();
      if (flags.json) world.out(JSON.stringify(verdict));
      else for (const line of linesOf(verdict)) world.out(line);
      return Exit.ok;
    } catch (error) {
      progress.clear();
      throw namingFiles(error, files);
    }
  },
});

/** @throws {UsageError} */
function filesIn(given: readonly string[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const text of given) {
    const [, name, file] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (name === undefined || file === undefined)
      throw new UsageError(`--policy ${text} is no <name>=<file>, such as loyalty=./richer.json.`);
    if (files.has(name)) throw new UsageError(`--policy ${name}=… is given twice.`);
    files.set(name, file);
  }
  return files;
}

/** Whoever gave files is told of files, not of fields of a request. */
function namingFiles(error: unknown, files: ReadonlyMap<string, string>): unknown {
  if (!(error instanceof InvalidRequest || error instanceof RemoteRefusal) || error.errors.length === 0) return error;
  const named = error.errors.map(({ path, message }) => ({
    path: path.startsWith('policies.') ? (files.get(path.slice('policies.'.length)) ?? path) : path,
    message,
  }));
  return error instanceof InvalidRequest
    ? new InvalidRequest(named)
    : new RemoteRefusal(error.code, error.kind, error.message, named);
}
