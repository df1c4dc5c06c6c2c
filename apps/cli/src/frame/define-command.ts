import type { Exit } from '#runtime/exit.js';
import type { World } from './world.js';

export interface Flag {
  readonly about: string;
  /** What its value is called; absent for a switch. */
  readonly value?: string;
  /** May be given several times. */
  readonly many?: true;
}

export type Flags = Readonly<Record<string, Flag>>;
type FlagValue<F extends Flag> = F extends { readonly many: true }
  ? readonly string[]
  : F extends { readonly value: string }
    ? string | undefined
    : boolean;
type Bare<K extends string> = K extends `${infer Name}?` | `${infer Name}...` ? Name : K;
type Arguments<A extends readonly string[]> = {
  readonly [K in A[number] as Bare<K>]: K extends `${string}?`
    ? string | undefined
    : K extends `${string}...`
      ? readonly string[]
      : string;
};
/** What the command line gave: `args.stream`, `flags.dryRun`. */
export interface Given<A extends readonly string[], F extends Flags> {
  readonly args: Arguments<A>;
  readonly flags: { readonly [K in keyof F]: FlagValue<F[K]> };
}

export interface Command<A extends readonly string[] = readonly string[], F extends Flags = Flags> {
  /** Without flags, as it is typed: `patron stream show <stream>`. */
  readonly usage: string;
  readonly about: string;
  readonly example: string;
  /** Names in order; `name?` may be left out, `name...` takes one or more and comes last. */
  readonly args: A;
  /** By their names in camel case: `dryRun` is `--dry-run`. */
  readonly flags: F;
  run(given: Given<A, F>, world: World): Promise<Exit>;
}

export const defineCommand = <const A extends readonly string[], const F extends Flags>(
  command: Command<A, F>,
): Command<A, F> => command;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list of commands is heterogeneous
export type AnyCommand = Command<any, any>;

/** Where Patron is found; every command that needs it takes these. */
export const where = {
  data: {
    value: 'folder',
    about: 'Work on this folder directly (default ./patron-data, PATRON_DATA or patron.config.json).',
  },
  keys: { value: 'folder', about: 'Folder of the keys (default: beside the data).' },
  server: { value: 'url', about: 'Go through a running server (PATRON_SERVER).' },
  token: { value: 'token', about: 'Token for the server (PATRON_TOKEN).' },
} as const satisfies Flags;

/** For commands that may build read models in this process. */
export const building = {
  partitions: { value: 'n', about: 'Partitions of the customers that are folded at once (default: by the cores).' },
} as const satisfies Flags;

export const asJson = { json: { about: 'Answer in JSON.' } } as const satisfies Flags;
