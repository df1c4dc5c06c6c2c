import { StoreRefused } from '#kernel/ports/event-store.js';
import { slices } from '#slices/index.js';
import { PollingReadSide } from './read-side.js';
import { Registry } from './registry.js';

const history = { numbering: 'n-1', head: () => Promise.resolve(7) };

describe('read models that another process keeps up to date', () => {
  it('are refused as long as they are of another history, and looked at once when they are not', async () => {
    let [looks, isRight] = [0, false];
    const readModels = {
      belongTo: () => ((looks += 1), isRight ? Promise.resolve() : Promise.reject(new StoreRefused('Of another one.'))),
      open: ({ name }: { readonly name: string }) => Promise.resolve({ name, checkpoint: () => ({ position: 7 }) }),
      pin: () => Promise.resolve(undefined),
    };
    const readSide = new PollingReadSide(readModels as never, new Registry(slices), history as never);
    expect(looks).toBe(0); // who reads streams asks for none
    await expect(readSide.answering('value_tier')).rejects.toThrow('Of another one.');
    await expect(readSide.pin('value_tier', 'e')).rejects.toThrow('Of another one.');
    await expect(readSide.caughtUp('value_tier', 7)).rejects.toThrow('Of another one.');
    isRight = true;
    looks = 0;
    await Promise.all([
      readSide.answering('value_tier'),
      readSide.model('value_tier'),
      readSide.caughtUp('value_tier', 7),
    ]);
    expect(looks).toBe(1);
    await expect(readSide.model('nonsense')).rejects.toMatchObject({ code: 'read_model.not_found' });
  });

  it('are no answer as long as nothing is folded of what there is', async () => {
    let [position, head] = [0, 0];
    const readModels = {
      belongTo: () => Promise.resolve(),
      open: ({ name }: { readonly name: string }) => Promise.resolve({ name, checkpoint: () => ({ position }) }),
      earlier: () => Promise.resolve(undefined),
    };
    const growing = { ...history, head: () => Promise.resolve(head) };
    const readSide = new PollingReadSide(readModels as never, new Registry(slices), growing as never);
    expect(await readSide.answering('value_tier')).toMatchObject({ name: 'value_tier' });
    head = 7;
    await expect(readSide.answering('value_tier')).rejects.toThrow(
      /at position 0, not yet at 7\. Nothing of it is folded/,
    );
    position = 3;
    expect(await readSide.answering('value_tier')).toMatchObject({ name: 'value_tier' });
  });
});
