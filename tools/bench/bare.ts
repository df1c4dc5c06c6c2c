import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { Proposed } from '#kernel/fact.js';
import { peersShape, workload, type WorkloadEvent } from './workload.js';

/** What an afternoon's own code would write: one table, prepared statements, WAL, synchronous FULL. */
export class BareLog {
  readonly db: InstanceType<typeof DatabaseSync>;
  private readonly insert;
  private position = 0;
  private readonly counts = new Map<string, number>();

  constructor(folder: string) {
    this.db = new DatabaseSync(join(folder, 'bare.db'), { returnArrays: true } as never);
    this.db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      CREATE TABLE events (position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, id TEXT NOT NULL,
        type TEXT NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL);
      CREATE UNIQUE INDEX by_stream ON events (stream, revision)`);
    this.insert = this.db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)');
  }

  /** Appends in transactions of `group` events, each synced. */
  append(events: readonly { readonly stream: string; readonly proposed: Proposed }[], group: number): void {
    for (let start = 0; start < events.length; start += group) {
      this.db.exec('BEGIN IMMEDIATE');
      for (const { stream, proposed } of events.slice(start, start + group)) {
        const revision = this.counts.get(stream) ?? 0;
        this.counts.set(stream, revision + 1);
        this.position += 1;
        const { id, type, data, metadata } = proposed;
        this.insert.run(this.position, stream, revision, id, type, JSON.stringify(data), JSON.stringify(metadata));
      }
      this.db.exec('COMMIT');
    }
  }

  close(): void {
    this.db.close();
  }
}

/** Documents by their keys in one transaction, in key order. */
export function bulkInsert(path: string, documents: readonly (readonly [string, object])[]): void {
  const db = new DatabaseSync(path);
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE docs (key TEXT PRIMARY KEY, doc TEXT) WITHOUT ROWID; BEGIN',
  );
  const insert = db.prepare('INSERT INTO docs VALUES (?, ?)');
  for (const [key, doc] of documents.toSorted(([a], [b]) => (a < b ? -1 : 1))) insert.run(key, JSON.stringify(doc));
  db.exec('COMMIT');
  db.close();
}

/** The workload's events as a store takes them, with about 167 bytes of metadata. */
export function proposedEvents(
  count: number,
  shape = peersShape,
): readonly { readonly stream: string; readonly proposed: Proposed }[] {
  const events: { readonly stream: string; readonly proposed: Proposed }[] = [];
  for (const event of workload({ ...shape, events: count })) events.push(asProposed(event, events.length));
  return events;
}

function asProposed({ customer, type, at, data }: WorkloadEvent, number: number) {
  const id = `00000000-0000-5000-8000-${String(number).padStart(12, '0')}`;
  const metadata = {
    ...{ commandId: `command-${number}`, bodyDigest: 'q'.repeat(43), actor: { kind: 'service' as const, id: 'bench' } },
    program: 'patron/1',
  };
  return { stream: `customer-c${customer}`, proposed: { id, type, version: 1, occurredAt: at, data, metadata } };
}
