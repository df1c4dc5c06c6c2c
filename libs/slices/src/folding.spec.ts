import { Registry } from '#engine/registry.js';
import { folding } from './folding.js';
import { slices } from './index.js';

describe('what threads that fold know of the slices', () => {
  it('is all that is folded, in the same order', () => {
    const [whole, folded] = [new Registry(slices), new Registry(folding)];
    for (const kind of ['events', 'policies', 'projections'] as const) {
      expect([...folded[kind]]).toEqual([...whole[kind]]);
    }
    expect([folded.references, folded.sharedTypes]).toEqual([whole.references, whole.sharedTypes]);
    const measured = (registry: Registry): readonly string[] =>
      [...registry.projections.keys()].filter((name) => registry.isMeasured(name));
    expect(measured(folded)).toEqual(measured(whole));
  });
});
