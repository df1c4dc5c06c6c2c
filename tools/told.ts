import { parseArgs } from 'node:util';

interface Known<N extends string, T extends string, S extends string> {
  /** Flags with a number behind them, and what they are where they are not given. */
  readonly numbers?: Readonly<Record<N, number>>;
  readonly texts?: readonly T[];
  readonly switches?: readonly S[];
}

export type Told<N extends string, T extends string, S extends string> = {
  readonly [name in N]: number;
} & { readonly [name in T]?: string } & { readonly [name in S]: boolean } & {
  /** What stands without a flag. */
  readonly words: readonly string[];
};

/** What a tool was told in `--flags`; undefined where it has no such flag, or where a number is none: its usage says the rest. */
export function toldBy<N extends string = never, T extends string = never, S extends string = never>(
  args: readonly string[],
  { numbers, texts = [], switches = [] }: Known<N, T, S>,
): Told<N, T, S> | undefined {
  const defaults = Object.entries<number>(numbers ?? {});
  const options = Object.fromEntries([
    ...[...defaults.map(([name]) => name), ...texts].map((name) => [name, { type: 'string' as const }]),
    ...switches.map((name) => [name, { type: 'boolean' as const, default: false }]),
  ]);
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true });
    const { values, positionals: words } = parsed as { values: Record<string, unknown>; positionals: string[] };
    const read = defaults.map(([name, otherwise]) => [
      name,
      values[name] === undefined ? otherwise : numberIn(values[name]),
    ]);
    const told = { ...values, ...Object.fromEntries(read), words } as Told<N, T, S>;
    return read.some(([, value]) => Number.isNaN(value)) ? undefined : told;
  } catch {
    return undefined;
  }
}

const numberIn = (text: unknown): number => (/^-?\d+(\.\d+)?$/.test(String(text)) ? Number(text) : NaN);

/** How long a tool has been at work, and lines on standard error that begin with it. */
export function telling(): { readonly seconds: () => number; readonly tell: (text: string) => void } {
  const began = performance.now();
  const seconds = (): number => Math.round((performance.now() - began) / 100) / 10;
  return { seconds, tell: (text) => void process.stderr.write(`${seconds()} s  ${text}\n`) };
}

export const isWhole = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;
