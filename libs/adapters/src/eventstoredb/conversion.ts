import { randomUUID } from 'node:crypto';
import type { RecordedEvent } from '@eventstore/db-client';
import type { Metadata, Position, Proposed, Recorded } from '#kernel/fact.js';
import { AppendTooLarge, StoreRefused } from '#kernel/ports/event-store.js';
import { instantOf } from '#kernel/time.js';

/** What the server takes in one append: the bodies of all its events; it counts no metadata. */
export const MOST_BODY_BYTES = 1_048_576;
/** What one message of gRPC may hold is 4 MiB; the rest is for names and ids. */
const MOST_METADATA_BYTES = 2 * MOST_BODY_BYTES;

/** An event as it goes over the wire. */
export interface WireEvent {
  /**
   * Of this attempt, not of the fact: an append of ids that stand at its place already is a success for the server, whatever
   * their bodies say, and another process may have put them there.
   */
  readonly id: string;
  readonly type: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** What stands in the metadata of an event beside ours: the server has no place of its own for it. */
interface Stored extends Metadata {
  /** Absent in events of earlier programs, whose id is that of the fact. */
  readonly factId?: string;
  readonly version: number;
  readonly occurredAt: string;
  /** Of a fact that was copied: when the store that it came from took it. The server's own time is that of the copy. */
  readonly recordedAt?: string;
}

const BESIDE: ReadonlySet<string> = new Set([
  'factId',
  'version',
  'occurredAt',
  'recordedAt',
] satisfies (keyof Stored)[]);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws {TypeError} for what no stream is called, and for what is no number of facts: the driver would never answer */
export function checkedPlace(stream: string, expected: number): void {
  if (stream === '') throw new TypeError('A stream needs a name.');
  if (Number.isSafeInteger(expected) && expected >= 0) return;
  throw new TypeError(`A stream is expected to hold 0 or more facts, not ${String(expected)}.`);
}

/**
 * Facts as the server takes them. Whatever the driver or the server would choke on is refused here, before a byte is sent.
 *
 * @throws {TypeError} for what is no JSON: BigInt, undefined, a circle
 * @throws {AppendTooLarge} over 1,048,576 bytes of bodies
 */
export function wireEvents(facts: readonly Proposed[]): readonly WireEvent[] {
  const ids = new Set<string>();
  const events = facts.map((fact) => {
    if (ids.has(fact.id)) throw new TypeError(`Two facts of one append have the id ${fact.id}.`);
    ids.add(fact.id);
    return eventOf(fact);
  });
  if (!fitsOneAppend(events)) throw new AppendTooLarge(MOST_BODY_BYTES);
  return events;
}

/** A fact that another store recorded, as the server takes it; `recordedOf` gives it back as it was. @throws {TypeError} */
export const copiedEvent = (fact: Recorded): WireEvent => eventOf(fact, fact.recordedAt);

export function fitsOneAppend(events: readonly WireEvent[]): boolean {
  let [bodies, rest] = [0, 0];
  for (const { data, metadata } of events) [bodies, rest] = [bodies + data.length, rest + metadata.length];
  return bodies <= MOST_BODY_BYTES && rest <= MOST_METADATA_BYTES;
}

function eventOf({ id, type, version, occurredAt, data, metadata }: Proposed, recordedAt?: string): WireEvent {
  if (!UUID.test(id)) throw new TypeError(`The id of a fact must be a UUID in lower case, not "${id}".`);
  if (type === '' || type.startsWith('$')) throw new TypeError(`"${type}" cannot be the type of a fact.`);
  const stored = { ...metadata, factId: id, version, occurredAt, recordedAt };
  return { id: randomUUID(), type, data: bytes(data), metadata: bytes(stored) };
}

function bytes(value: unknown): Uint8Array {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined || value === null || typeof value !== 'object') {
    throw new TypeError('The body of a fact must be a JSON object.');
  }
  return Buffer.from(text, 'utf8');
}

/** False for what others wrote, and for what the server itself writes into our streams, such as that one was tombstoned. */
export const isFact = ({ streamId, isJson, metadata }: RecordedEvent, prefix: string): boolean =>
  streamId.startsWith(prefix) &&
  isJson &&
  typeof metadata === 'object' &&
  metadata !== null &&
  (metadata as Partial<Stored>).version !== undefined &&
  (metadata as Partial<Stored>).occurredAt !== undefined;

/** The fact in an event of ours. @throws {StoreRefused} for an event that somebody else wrote into a stream of ours */
export function recordedOf(event: RecordedEvent, prefix: string): Recorded {
  const { id, type, streamId, revision, data, metadata: stored, created, position } = event;
  if (!isFact(event, prefix) || position === undefined) {
    throw new StoreRefused(`Event ${String(revision)} of stream ${streamId} was not written by Patron.`);
  }
  const { factId, version, occurredAt, recordedAt } = stored as unknown as Stored;
  return {
    id: factId ?? id,
    type,
    version,
    occurredAt,
    data: data as Recorded['data'],
    metadata: metadataOf(stored as Readonly<Record<string, unknown>>),
    stream: streamId.slice(prefix.length),
    revision: Number(revision),
    position: positionOf(position.commit),
    recordedAt: recordedAt ?? instantOf(created.getTime()),
  };
}

/** In a loop: taking them out by a pattern made reading the log a fifth slower. */
function metadataOf(stored: Readonly<Record<string, unknown>>): Metadata {
  const metadata: Record<string, unknown> = {};
  for (const name in stored) if (!BESIDE.has(name)) metadata[name] = stored[name];
  return metadata as unknown as Metadata;
}

/** A place in the server's log, which counts bytes. @throws {StoreRefused} beyond 2^53, after 9 petabytes */
export function positionOf(commit: bigint): Position {
  const position = Number(commit);
  if (!Number.isSafeInteger(position))
    throw new StoreRefused(`Position ${commit} lies beyond what this version can count.`);
  return position;
}

/** Where the log is read on from behind a fact. */
export function placeOf(position: Position): { readonly commit: bigint; readonly prepare: bigint } {
  const commit = BigInt(position);
  return { commit, prepare: commit };
}
