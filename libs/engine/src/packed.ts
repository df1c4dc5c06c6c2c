import type { Position } from '#kernel/fact.js';
import { plain } from '#kernel/leaf.js';
import { Sorted, type KeptSorted } from '#kernel/sorted.js';
import type { Instant } from '#kernel/time.js';
import { ByteShelf } from './byte-shelf.js';
import { Customer, type Packed } from './customer.js';
import { ownBytes, Piece } from './piece.js';
import type { Registry } from './registry.js';

interface Taken {
  readonly count: number;
  readonly position: Position;
  readonly dueAt: Instant | null;
  /** Of the slices that know more than at the beginning. */
  readonly states: readonly (readonly [part: number, state: unknown])[];
  readonly commands: KeptSorted;
  readonly identities: readonly string[];
}

const commandForm = plain<number>();

/** What changed since it was opened is written anew; the pieces stay, but when enough has come together for a new one. */
export function packed(customer: Customer, registry: Registry): Packed {
  const { id, count, position, dueAt, states, commands, identities, snapshotAt } = customer;
  const shelf = ByteShelf.after(customer.pieces, addedTo(customer, registry));
  const kept: [number, unknown][] = [];
  for (const { index, decider } of registry.parts) {
    if (states[index] === decider.initial) continue;
    kept.push([index, decider.keep === undefined ? states[index] : decider.keep(states[index], shelf)]);
  }
  const taken: Taken = {
    ...{ count, position, dueAt, states: kept },
    ...{ commands: commands.kept(shelf, commandForm), identities: [...identities] },
  };
  const head = ownBytes([Buffer.from(JSON.stringify(taken))]);
  return { id, count, position, snapshotAt, head, pieces: shelf.pieces().map(({ bytes }) => bytes) };
}

/** @param lies  one without `snapshotAt` is the newest snapshot itself */
export function unpacked(lies: Pick<Packed, 'id' | 'head' | 'pieces'> & Partial<Packed>, registry: Registry): Customer {
  const { id, snapshotAt, head } = lies;
  const taken = JSON.parse(head.toString()) as Taken;
  const customer = new Customer(id, registry);
  customer.pieces = lies.pieces.map((bytes) => new Piece(bytes));
  const shelf = ByteShelf.of(customer.pieces);
  for (const [index, state] of taken.states) {
    const restore = registry.parts[index]?.decider.restore;
    customer.states[index] = restore === undefined ? state : restore(state, shelf);
  }
  customer.commands = Sorted.restored(taken.commands, shelf, commandForm);
  for (const identity of taken.identities) customer.identities.add(identity);
  const { count, position, dueAt } = taken;
  Object.assign(customer, { count, position, dueAt, snapshotAt: snapshotAt ?? count });
  customer.opened = { count, json: head.length };
  return customer;
}

/** Entries of its maps that are in no piece. */
function addedTo({ states, commands }: Customer, registry: Registry): number {
  let { added } = commands;
  for (const { index, decider } of registry.parts) {
    const state = states[index] as Readonly<Record<string, unknown>> | null;
    if (decider.keep === undefined || state === decider.initial) continue;
    for (const name in state) if (state[name] instanceof Sorted) added += state[name].added;
  }
  return added;
}
