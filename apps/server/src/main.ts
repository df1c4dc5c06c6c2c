import { DomainError } from '#kernel/errors.js';
import { loadConfig } from '#runtime/config.js';
import { exitOf } from '#runtime/exit.js';
import { boundGarbage } from '#runtime/heap-growth.js';
import { letHelpersYield } from '#runtime/yielding.js';
import { serveUntil } from './serve.js';

/** The server alone, configured by the environment and patron.config.json; `patron serve` takes flags as well. */
boundGarbage();
letHelpersYield();
const ending = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort()); // a second one ends it at once
try {
  const io = {
    out: (text: string) => void process.stdout.write(`${text}\n`),
    err: (text: string) => void process.stderr.write(`${text}\n`),
  };
  await serveUntil(ending.signal, loadConfig({ env: process.env }), io);
} catch (error) {
  process.stderr.write(
    `${error instanceof DomainError ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = exitOf(error);
}
