import { MemoryEventStore } from '#adapters/memory/memory-event-store.js';
import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
import { MemoryKeys } from '#adapters/memory/memory-keys.js';
import { customerStream } from '#kernel/fact.js';
import type { AnyProjection } from '#kernel/projection.js';
import type { Json } from '#kernel/ports/read-models.js';
import { counting } from '#testing/counting.js';
import { proposed } from '#testing/proposed.js';
import { FactReader } from './reader.js';
import { specOf } from './read-side.js';
import { References } from './references.js';
import { Registry } from './registry.js';
import { begun, progressWith } from './resuming.js';
import { Sealer } from './sealing.js';

const FACTS = 9;

describe('a build that another process left', () => {
  const registry = new Registry([counting]);
  const projection = registry.projections.get('sums') as AnyProjection;
  const noted = progressWith(undefined, { portion: { after: 0, upTo: 3 }, upTo: FACTS, facts: 4 }, []);

  /** It holds three streams, up to the ninth fact of a log that holds so many now. */
  async function left(facts: number) {
    const store = new MemoryEventStore();
    const counted = Array.from({ length: facts }, () => proposed('Counted', { data: { by: 1 } }));
    await store.append(customerStream('ann'), 0, counted);
    const readModels = new MemoryReadModels();
    const build = await readModels.build(specOf(registry, projection.name));
    await build.keep(() => noted as unknown as Json);
    const reader = new FactReader(registry, new Sealer(new MemoryKeys()));
    return { store, readModels, registry, reader, references: await References.load(store, registry) };
  }

  it('is gone on with', async () => {
    expect(await begun(await left(FACTS), projection)).toMatchObject({ done: noted.done, facts: 4, upTo: FACTS });
  });

  it('is begun anew where the log does not reach as far any more', async () => {
    const found = await begun(await left(FACTS - 1), projection);
    expect(found).toMatchObject({ done: [], facts: 0, upTo: undefined });
    expect(await found.model.count()).toBe(0);
  });
});
