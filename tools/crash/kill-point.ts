/** What a process can be killed in; each is a method that the program calls for it. */
export const PLACES = {
  /** A fact was inserted, its transaction is open. */
  inTransaction: 'LogWriter.write',
  /** The commit is on the disk, nobody was told. */
  appended: 'EmbeddedEventStore.append',
  /** Some projections have written a batch, the others have not. */
  projected: 'ReadModelFile.write',
  /** A portion of customers is in a build of one read model. */
  kept: 'ReadModelFile.keep',
  indexed: 'ReadModelFile.addIndexes',
  synced: 'ReadModelFile.sync',
  /** Readers were switched to a new build, the former one is being put away. */
  closed: 'ReadModelFile.close',
} as const;

export type Place = keyof typeof PLACES;

/** Where a process ends itself with SIGKILL: when a call in this place, and one that matches, has returned so many times. */
export interface KillPoint {
  readonly place: Place;
  readonly times: number;
  /** Part of what was handed in, as JSON, or of the path of the file; anything by default. */
  readonly match?: string;
}

/** Holds the kill point, as JSON, for a process that loads `kill-preload.js`. */
export const KILL_POINT = 'PATRON_KILL_POINT';
