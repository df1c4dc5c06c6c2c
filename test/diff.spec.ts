import { AnalystWorld } from './analyst.fixture.js';

describe('patron diff --field', () => {
  let world: AnalystWorld;
  let moments: readonly string[];
  beforeAll(async () => {
    world = await AnalystWorld.open();
    const buy = (purchaseId: string) =>
      world.send('RecordPurchase', {
        customerId: 'ann',
        purchaseId,
        total: { units: 1_250, scale: 2, currency: 'USD' },
      });
    moments = ['--from', String(await buy('p-1')), '--to', String(await buy('p-2'))];
  });
  afterAll(() => world.close());

  it.each([
    [
      'lifecycle_stage',
      'stages_typo',
      'No document of lifecycle_stage has a field stages_typo. Known are customerId, stage, ',
    ],
    ['lifecycle_stage', 'stag', 'has a field stag. Did you mean stage or stages?'],
    ['lifecycle_stage', 'stage.name', 'has a field stage.name.'],
    ['value_tier', 'why.policy.version', 'reasons are told of each move, and not compared'],
  ])('of %s refuses %s, which no document has', async (model, field, message) => {
    for (const json of [[], ['--json']]) {
      const { code, out } = await world.cli('diff', model, ...moments, '--field', field, ...json);
      expect([code, out]).toEqual([2, expect.stringContaining(message)]);
    }
  });

  it.each([
    ['lifecycle_stage', 'since'],
    ['lifecycle_stage', 'wonBack.day'], // null for everybody so far
    ['value_tier', 'currencies.EUR.buyingDays'], // a currency that nobody paid in
  ])('of %s says that %s changed for nobody', async (model, field) => {
    const { code, out } = await world.cli('diff', model, ...moments, '--field', field);
    expect([code, out]).toEqual([0, `${model}: 0 changed, 0 appeared, 0 disappeared`]);
  });
});
