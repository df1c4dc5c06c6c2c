import { settled } from './settled.js';
import type { Keys } from '#kernel/ports/keys.js';
import type { ReadModel, ReadModels } from '#kernel/ports/read-models.js';
import { EARLIEST, type Instant } from '#kernel/time.js';
import { Customer } from './customer.js';
import type { Registry } from './registry.js';
import { openWith, sealText, type Place } from './sealing.js';

interface Taken {
  readonly count: number;
  readonly position: number;
  readonly dueAt: Instant | null;
  readonly states: readonly unknown[];
  readonly commands: readonly (readonly [string, number])[];
  readonly identities: readonly string[];
}

/** A stream shorter than this is folded from its start. */
const SHORTEST = 40;

/**
 * Discardable states of long streams, sealed with their customer's key. One is taken when a stream has grown by
 * half since the last, so that what it costs per fact stays the same however long the stream.
 */
export class Snapshots {
  private writing: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly model: ReadModel,
    private readonly keys: Keys,
    private readonly registry: Registry,
  ) {}

  static async open(readModels: ReadModels, keys: Keys, registry: Registry): Promise<Snapshots> {
    return new Snapshots(await readModels.open({ name: 'state_snapshots', version: 1, indexes: [] }), keys, registry);
  }

  /** The newest snapshot of a customer that this program can read; undefined where there is none. */
  async restore(customerId: string): Promise<Customer | undefined> {
    const { version, keyId, sealed } = (await this.model.load([customerId])).get(customerId)?.doc ?? {};
    if (version !== this.registry.stateVersion) return undefined;
    const key = await this.keys.keyOf(customerId, String(keyId));
    if (key === undefined) return undefined;
    const taken = openWith(key, placeOf(customerId), String(sealed)) as Taken;
    const customer = new Customer(customerId, this.registry);
    customer.states = this.registry.parts.map(({ index, decider }): unknown =>
      decider.restore === undefined ? taken.states[index] : decider.restore(taken.states[index]),
    );
    for (const [commandId, revision] of taken.commands) customer.commands.set(commandId, revision);
    for (const identity of taken.identities) customer.identities.add(identity);
    const { count, position, dueAt } = taken;
    return Object.assign(customer, { count, position, dueAt, snapshotAt: count });
  }

  /** Takes one where it pays, in the background. */
  offer(customer: Customer): void {
    if (customer.count - customer.snapshotAt < Math.max(SHORTEST, customer.snapshotAt / 2)) return;
    customer.snapshotAt = customer.count;
    const { id, count, position, dueAt, states, commands, identities } = customer;
    const taken = { count, position, dueAt, states: [...states], commands: [...commands], identities: [...identities] };
    const text = JSON.stringify(taken); // now: the states move on
    this.writing = settled(this.writing.then(() => this.write(id, position, text)));
  }

  private async write(customerId: string, position: number, taken: string): Promise<void> {
    const key = await this.keys.keyFor(customerId);
    const known = (await this.model.load([customerId])).get(customerId)?.position ?? 0;
    const doc = {
      version: this.registry.stateVersion,
      keyId: key.id,
      sealed: sealText(key, placeOf(customerId), taken),
    };
    const write = { key: customerId, doc, position, due: null, loadedAt: known };
    await this.model.write([write], { position: 0, clock: EARLIEST });
  }

  async close(): Promise<void> {
    await this.writing;
  }
}

const placeOf = (customerId: string): Place => ({
  customerId,
  stream: 'state_snapshots',
  eventId: customerId,
  field: 'state',
});
