import type { Index } from '#kernel/projection.js';
import type { Json, ReadModels, ReadModelSpec, Stored, Write } from '#kernel/ports/read-models.js';

export interface ReadModelsSubject {
  readonly readModels: ReadModels;
  /** A write is all or nothing; else its documents may be there without its checkpoint. */
  readonly transactional: boolean;
  /** Closes them and opens them again; only where they are durable. */
  readonly reopen?: () => Promise<ReadModels>;
  /** Another process's view of the same read models; closed by `dispose`. */
  readonly another?: () => Promise<ReadModels>;
  dispose(): Promise<void>;
}

export type OpenReadModels = () => Promise<ReadModelsSubject>;

export const CLOCK = '2026-05-01T00:00:00.000Z';

export const specWith = (...indexes: readonly Index[]): ReadModelSpec => ({ name: 'stages', version: 1, indexes });

export const written = (key: string, doc: Json | null, changes: Partial<Write> = {}): Write => ({
  key,
  doc,
  position: 1,
  due: null,
  loadedAt: 0,
  ...changes,
});

export const keysOf = (stored: readonly Stored[]): string[] => stored.map(({ key }) => key);
