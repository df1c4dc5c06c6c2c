import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedEventStore } from '#adapters/embedded/embedded-event-store.js';
import { EmbeddedReadModels } from '#adapters/embedded/embedded-read-models.js';
import { specOf } from '#engine/read-side.js';
import { Registry } from '#engine/registry.js';
import { customerOf, type Recorded } from '#kernel/fact.js';
import type { EventStore } from '#kernel/ports/event-store.js';
import { slices } from '#slices/index.js';
import { halvesOf } from './ledger.js';
import { openFrames } from './wal.js';

/** What a killed process left behind. */
export interface Remains {
  /** Commands that have facts in their customer's stream. */
  readonly done: ReadonlySet<string>;
  /** Claims and transfers of which the log has the first append and not the second. */
  readonly halves: number;
  /** Frames of a transaction that never ended, in the log's write-ahead log. */
  readonly openFrames: number;
  /** Projections with facts still to fold. */
  readonly behind: readonly string[];
}

const registry = new Registry(slices);

/** Looks at a copy: what recovers the folder must be the program that is tested. */
export async function postMortem(data: string): Promise<Remains> {
  const copy = mkdtempSync(join(tmpdir(), 'patron-remains-'));
  try {
    for (const name of ['log.db', 'log.db-wal', 'read-models']) {
      const path = join(data, name);
      const wanted = (source: string): boolean => !source.endsWith('-shm'); // says nothing without its processes
      if (existsSync(path)) cpSync(path, join(copy, name), { recursive: true, filter: wanted });
    }
    if (!existsSync(join(copy, 'log.db'))) return { done: new Set(), halves: 0, openFrames: 0, behind: [] };
    const frames = openFrames(join(copy, 'log.db-wal'));
    const facts = await factsIn(copy);
    const ofCustomers = facts.filter(({ stream }) => customerOf(stream) !== '');
    const done = new Set(ofCustomers.map(({ metadata }) => metadata.commandId));
    return { done, halves: halvesOf(facts).length, openFrames: frames, behind: await behind(copy, facts) };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Every fact of a log that nobody writes to. */
export const factsIn = async (folder: string): Promise<readonly Recorded[]> =>
  everyFact(await EmbeddedEventStore.open({ folder, mode: 'read' }));

/** Every fact of a store, which is closed then. */
export async function everyFact(store: EventStore): Promise<readonly Recorded[]> {
  try {
    const facts: Recorded[] = [];
    for await (const batch of store.readAll()) facts.push(...batch.facts);
    return facts;
  } finally {
    await store.close();
  }
}

async function behind(folder: string, facts: readonly Recorded[]): Promise<readonly string[]> {
  const readModels = await EmbeddedReadModels.open({ folder, mode: 'read' });
  try {
    const names: string[] = [];
    for (const { name, on } of registry.projections.values()) {
      const { position } = await (await readModels.open(specOf(registry, name))).checkpoint();
      const toFold = facts.some((fact) => fact.position > position && Object.hasOwn(on, fact.type));
      if (toFold) names.push(name);
    }
    return names;
  } finally {
    await readModels.close();
  }
}
