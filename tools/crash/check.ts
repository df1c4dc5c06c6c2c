/** Something that a crash may do, done on purpose, and what was found behind it. */
export interface Check {
  readonly name: string;
  /** @param folder  Empty, and its own. */
  run(folder: string): Promise<Outcome>;
}

export interface Outcome {
  readonly kills: number;
  readonly faults: readonly string[];
  /** Why it could not be done on this machine. */
  readonly skipped?: string;
  readonly figures?: Readonly<Record<string, number | string>>;
}

/** A fault where it does not hold. */
export const expecting = (holds: boolean, otherwise: string): readonly string[] => (holds ? [] : [otherwise]);
