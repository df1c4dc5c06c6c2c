import type { CommandBase } from '#kernel/decider.js';
import { DomainError } from '#kernel/errors.js';
import { dayOf, plusDays, startOfDay } from '#kernel/time.js';
import { FixedClock } from '#adapters/memory/fixed-clock.js';
import { MemoryEventStore } from '#adapters/memory/memory-event-store.js';
import { MemoryKeys } from '#adapters/memory/memory-keys.js';
import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
import { SystemIds } from '#adapters/system/system-ids.js';
import { customerStream, type Recorded } from '#kernel/fact.js';
import { Ids } from '#kernel/ports/ids.js';
import { Engine } from '#engine/engine.js';
import { slices } from '#slices/index.js';
import { DAYS, FIRST, livesOf, type Lives, type Told } from './lives.js';

/** Ids that begin with the number of the customer whose fact they name. */
class NumberedIds extends Ids {
  private readonly ids = new SystemIds();

  override next(): string {
    return this.ids.next();
  }

  override derived(name: string): string {
    const id = this.ids.derived(name);
    const number = OF_CUSTOMER.exec(name)?.[1];
    return number === undefined ? id : number + id.slice(number.length);
  }
}

const OF_CUSTOMER = new RegExp(`${customerStream('c-')}(\\d{8})`);

/** Lives, as the write path with all its slices and the clock process record them: every fact of the log, in its order. */
export async function lived(lives: Lives): Promise<readonly Recorded[]> {
  const clock = new FixedClock(FIRST);
  const store = new MemoryEventStore(clock, 'lives');
  const keys = new MemoryKeys(new Uint8Array(32).fill(7));
  const readModels = new MemoryReadModels();
  const engine = await Engine.open({ store, readModels, keys, clock, ids: new NumberedIds(), slices });
  engine.projector?.start();
  const told = livesOf(lives).values();
  let next = told.next().value;
  for (let day = dayOf(FIRST, 'UTC'), count = 0; count < DAYS; count += 1) {
    day = plusDays(day, 1);
    const midnight = startOfDay(day, 'UTC');
    for (; next !== undefined && next.at < midnight; next = told.next().value) {
      clock.set(next.at);
      await send(engine, next);
    }
    clock.set(midnight);
    await engine.timekeeper.advanceTo(midnight);
  }
  await engine.calendar.fix(clock.now());
  const facts: Recorded[] = [];
  for await (const batch of store.readAll()) facts.push(...batch.facts);
  await engine.close();
  return facts;
}

/** What is refused, such as points that are not there, leaves no fact. */
async function send(engine: Engine, { type, ...body }: Told): Promise<void> {
  const declared = engine.registry.commands.get(type);
  if (declared === undefined) throw new Error(`${type} is not there`);
  const command = Object.assign(new declared.command(), body) as unknown as CommandBase;
  const commandId = `${type}/${body.customerId}/${body.at}`;
  const known = { bodyDigest: 'q'.repeat(43), actor: { kind: 'service', id: 'bench' } as const };
  try {
    await engine.execute({ commandId, command, part: engine.registry.part(declared.slice), ...known });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}
