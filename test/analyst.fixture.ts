import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { tableFromIPC } from 'apache-arrow';
import { readParquet } from 'parquet-wasm/node';
import { loadConfig } from '#runtime/config.js';
import type { Slice } from '#kernel/slice.js';
import { openPatron, type Patron } from '#runtime/patron.js';
import { DirectAccess } from '../apps/cli/src/access/direct.js';
import { commands } from '../apps/cli/src/commands.js';
import { terminalOf } from '../apps/cli/src/frame/terminal.js';
import { run } from '../apps/cli/src/run.js';

/** A Patron in memory, and the command line on it, in this process. */
export class AnalystWorld {
  private constructor(readonly patron: Patron) {}

  /** @param data  A folder to keep it in. @param slices  Others than those shipped. */
  static async open(data?: string, slices?: readonly Slice[]): Promise<AnalystWorld> {
    const inMemory = { data: 'named-never-made', eventStore: 'memory', readModels: 'memory' };
    const flags = data === undefined ? inMemory : { data };
    return new AnalystWorld(
      await openPatron(loadConfig({ flags, env: {} }), { mode: 'write', ...(slices && { slices }) }),
    );
  }

  async send(type: string, body: object): Promise<number> {
    const { position } = await this.patron.commands.submit({ type, body, actor: { kind: 'person', id: 'spec' } });
    return position;
  }

  /** What a command prints, errors among it, and its exit code. */
  async cli(...words: string[]): Promise<{ readonly code: number; readonly out: string }> {
    const lines: string[] = [];
    const say = (line: string): void => void lines.push(line);
    await this.patron.engine.projector?.allCaughtUp(await this.patron.engine.store.head());
    const code = await run(commands, words, {
      ...{ out: say, err: say, errText: () => undefined, write: async (text) => say(text), env: {} },
      ...{ terminal: terminalOf({}, {}, {}), stdin: new PassThrough(), signal: new AbortController().signal },
      patron: async () => DirectAccess.on(this.patron),
    });
    return { code, out: lines.join('\n') };
  }

  close(): Promise<void> {
    return this.patron.close();
  }
}

/** What a reader that is not the writer's (Rust) finds in a Parquet file. */
export const rowsIn = (path: string): readonly Readonly<Record<string, unknown>>[] =>
  tableFromIPC(readParquet(readFileSync(path)).intoIPCStream())
    .toArray()
    .map((row: unknown) => ({ ...(row as { toJSON(): Readonly<Record<string, unknown>> }).toJSON() }));
