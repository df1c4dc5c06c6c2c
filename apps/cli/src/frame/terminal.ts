import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** How to draw: colours and bars where somebody looks, plain lines in a pipe. */
export interface Terminal {
  /** In colours where standard output shows them. */
  paint(style: Style, text: string): string;
  /** The same for standard error. */
  paintError(style: Style, text: string): string;
  /** True where somebody looks at standard output. */
  readonly isTerminal: boolean;
  /** True where a line on standard error can be drawn over. */
  readonly redraws: boolean;
  readonly columns: number;
}

type Env = Readonly<Record<string, string | undefined>>;

/** @source https://no-color.org: any value but the empty one turns colours off */
export function terminalOf(
  out: { readonly isTTY?: boolean; readonly columns?: number },
  err: { readonly isTTY?: boolean; readonly columns?: number },
  env: Env,
): Terminal {
  const allowed = !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const forced = allowed && env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const painter = (tty: boolean | undefined) => (style: Style, text: string) =>
    (allowed && tty === true) || forced ? styleText(style, text, { validateStream: false }) : text;
  return {
    paint: painter(out.isTTY),
    paintError: painter(err.isTTY),
    isTerminal: out.isTTY === true,
    redraws: err.isTTY === true && env['TERM'] !== 'dumb',
    columns: err.columns ?? 80,
  };
}

/** Columns of texts, each as wide as its widest; numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = header.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const numeric = header.map((_, at) => rows.length > 0 && rows.every((row) => /^[-+]?[\d,.]*$/.test(row[at] ?? '')));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (numeric[at] === true ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(header), ...rows.map(line)];
}

export const percent = (share: number): string => `${Math.min(100, Math.floor(share * 100))} %`;

export function bar(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  return seconds < 6000 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}
