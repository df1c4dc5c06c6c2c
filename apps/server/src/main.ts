import { DomainError } from '#kernel/errors.js';
import { loadConfig } from '#runtime/config.js';
import { exitOf } from '#runtime/exit.js';
import { boundGarbage } from '#runtime/heap-growth.js';
import { letHelpersYield } from '#runtime/yielding.js';
import { serve } from './serve.js';

/** The server alone, configured by the environment and patron.config.json; `patron serve` takes flags as well. */
boundGarbage();
letHelpersYield();
try {
  const io = {
    out: (text: string) => void process.stdout.write(`${text}\n`),
    err: (text: string) => void process.stderr.write(`${text}\n`),
  };
  await (
    await serve(loadConfig({ env: process.env }), io, { thread: true })
  ).ended;
} catch (error) {
  process.stderr.write(
    `${error instanceof DomainError ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = exitOf(error);
}
