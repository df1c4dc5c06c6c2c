import { UnreadableBody } from '#kernel/errors.js';
import { customerOf, type Recorded } from '#kernel/fact.js';
import { EARLIEST } from '#kernel/time.js';
import type { Column } from './columns.js';

/** Facts of all types in one table. Bodies are as they were stored: of the version they say, personal fields sealed. */
export const FACT_COLUMNS: readonly Column[] = [
  { name: 'position', kind: 'integer' },
  { name: 'id', kind: 'text' },
  { name: 'type', kind: 'text' },
  { name: 'version', kind: 'integer' },
  { name: 'stream', kind: 'text' },
  { name: 'customerId', kind: 'text' },
  { name: 'revision', kind: 'integer' },
  { name: 'occurredAt', kind: 'instant' },
  { name: 'recordedAt', kind: 'instant' },
  { name: 'data', kind: 'json' },
  { name: 'metadata', kind: 'json' },
];

/** A row of no fact: says what the columns are, but for those of its body. */
export const FACT_SAMPLE = {
  ...{ position: 0, id: '', type: '', version: 1, stream: '', customerId: '', revision: 0 },
  ...{ occurredAt: EARLIEST, recordedAt: EARLIEST },
};

/** A fact as a row, `customerId` null where it is of no customer. */
export function factRow({ data, metadata, unreadable, ...fact }: Recorded): Readonly<Record<string, unknown>> {
  if (unreadable !== undefined)
    throw new UnreadableBody(`Fact ${fact.id} of stream ${fact.stream} cannot be read: ${unreadable}`);
  const { position, id, type, version, stream, revision, occurredAt, recordedAt } = fact;
  const customerId = customerOf(stream) || null;
  return { position, id, type, version, stream, customerId, revision, occurredAt, recordedAt, data, metadata };
}
