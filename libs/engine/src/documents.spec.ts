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
