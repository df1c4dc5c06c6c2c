import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
import { Documents } from './documents.js';

const spec = { name: 'notes', version: 1, indexes: [] };
const checkpoint = { position: 1, clock: '2026-03-02T00:00:00.000Z' };

describe('documents of a projection that began with an empty store', () => {
  it('are looked up in the store again after a failed write made it forget them', async () => {
    const model = await new MemoryReadModels().open(spec);
    const documents = new Documents(model, 10);
    documents.storeIsEmpty();
    documents.set('c-1', { n: 1 }, 1, null);
    await documents.write(checkpoint);
    documents.clear();
    await documents.load(['c-1']);
    expect(documents.get('c-1')).toMatchObject({ doc: { n: 1 }, loadedAt: 1 });
  });
});

describe('documents that facts in hand are about to change', () => {
  it('stay when all documents pass through, as in a broadcast, though there is no room for them', async () => {
    const model = await new MemoryReadModels().open(spec);
    const filling = new Documents(model, 10);
    for (const key of ['c-1', 'c-2', 'c-3']) filling.set(key, { key }, 1, null);
    await filling.write(checkpoint);

    const documents = new Documents(model, 1);
    await documents.pin(['c-2']);
    const passed: string[] = [];
    for await (const keys of documents.all(checkpoint, 1)) passed.push(...keys);

    expect(passed).toEqual(['c-1', 'c-2', 'c-3']);
    expect(documents.get('c-2')).toMatchObject({ doc: { key: 'c-2' }, loadedAt: 1 });
    documents.unpin();
    await documents.load(['c-1']);
    documents.evict();
    expect(documents.get('c-2')).toMatchObject({ doc: null });
  });
});
