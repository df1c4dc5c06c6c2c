import { setImmediate as turn } from 'node:timers/promises';
import type { Position, Recorded } from '#kernel/fact.js';
import type { EventStore } from '#kernel/ports/event-store.js';
import { CALENDAR, policyStream } from '#kernel/system.events.js';
import type { Instant } from '#kernel/time.js';
import type { Build } from './build.js';
import { CustomersFold, PortionFold } from './customers-fold.js';
import { Parking } from './parking.js';
import type { Partition, Shared, Task } from './partition.js';
import { Passing } from './passing.js';
import type { ProjectorOptions } from './projector-options.js';
import { specOf } from './read-side.js';
import { References } from './references.js';
import type { Registry } from './registry.js';
import { unwantedTypes } from './unwanted.js';

type Opened = Pick<ProjectorOptions, 'store' | 'readModels' | 'registry' | 'reader'>;

/** A partition in this thread. */
export class PartitionFold implements Partition {
  private readonly parts: ReadonlyMap<string, PortionFold>;
  /** Business time when all facts are known. */
  private readonly clock: Instant;

  /** @param shared  Facts that concern everybody. */
  constructor(
    private readonly options: Opened & Pick<ProjectorOptions, 'references'>,
    private readonly builds: readonly Build[],
    private readonly upTo: Position,
    shared: readonly Recorded[],
    /** True where the builds are its own to let go. */
    private readonly isJoined = false,
  ) {
    const { references } = options;
    const passing = new Passing(shared, references);
    this.clock = passing.clock;
    this.parts = new Map(
      builds.map((build) => [build.projection.name, new PortionFold(build, references, passing)] as const),
    );
  }

  /** Beside others who write to the same builds. */
  static async join(options: Opened & Partial<ProjectorOptions>, { builds, upTo }: Shared): Promise<PartitionFold> {
    const { store, readModels, registry } = options;
    const facts = await sharedFacts(store, registry, upTo);
    const references = options.references ?? References.of(registry, facts);
    const joined: Build[] = [];
    for (const { name, place } of builds) {
      const projection = registry.projections.get(name);
      const model = await readModels.join(specOf(registry, name), place);
      if (projection !== undefined) joined.push({ projection, model, parking: Parking.ofBuild() });
    }
    return new PartitionFold({ ...options, references }, joined, upTo, facts, true);
  }

  async fold({ portion, names }: Task, tell: (facts: number) => void): Promise<void> {
    const { store, registry, reader } = this.options;
    const parts = names.map((name) => this.part(name));
    const folding = new CustomersFold(parts, registry, reader);
    const skip = unwantedTypes(
      registry,
      this.builds.map(({ projection }) => projection).filter(({ name }) => names.includes(name)),
    );
    let facts = 0;
    for await (const batch of store.portions?.byStream(portion, { upTo: this.upTo, skip }) ?? []) {
      await folding.take(batch);
      facts += batch.length;
      tell(batch.length);
    }
    await folding.endPortion();
    const from = portion.after % Math.max(1, parts.length); // others are likely to write elsewhere then
    for (const part of [...parts.slice(from), ...parts.slice(0, from)]) {
      await part.keep({ portion, upTo: this.upTo, facts });
      await turn(); // what else this thread follows need not wait for all of them
    }
  }

  async index(name: string): Promise<void> {
    await this.part(name).finish(this.upTo, this.clock);
    await turn(); // others say meanwhile that they are done, and take the next one
  }

  async end(): Promise<void> {
    if (this.isJoined) for (const { model } of this.builds) await this.options.readModels.leave(model);
  }

  private part(name: string): PortionFold {
    const part = this.parts.get(name);
    if (part === undefined) throw new RangeError(`This partition has no build of ${name}.`);
    return part;
  }
}

/** Facts that concern every customer, up to a position in the log: time passing, policies, measurements. */
export async function sharedFacts(store: EventStore, registry: Registry, upTo: Position): Promise<readonly Recorded[]> {
  const shared: Recorded[] = [];
  for (const stream of sharedStreams(registry)) {
    for (const recorded of await store.readStream(stream)) if (recorded.position <= upTo) shared.push(recorded);
  }
  return shared.sort((a, b) => a.position - b.position);
}

/** Streams of the facts that concern every customer. */
export const sharedStreams = ({ policies, references }: Registry): readonly string[] => [
  ...new Set([CALENDAR, ...[...policies.keys()].map(policyStream), ...references.map(({ stream }) => stream)]),
];
