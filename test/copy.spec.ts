import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '#testing/temp-folder.js';
import { copy, placeOf } from '#runtime/copy.js';
import { openPatron } from '#runtime/patron.js';
import { configOf, folded, known, logicalFacts, shopIn } from './copy.fixture.js';

describe('a history that is copied from one data folder into another', () => {
  const temp = tempFolder();
  const at = (name: string): string => join(temp(), name);

  it('has equal facts, and folds to equal digests of every read model', async () => {
    const from = await shopIn(temp());
    const copied = await copy(placeOf(from), placeOf(at('copy')));
    const facts = await logicalFacts(from);
    expect(copied).toMatchObject({ facts: facts.length, taken: facts.length });
    expect(await logicalFacts(at('copy'))).toEqual(facts);
    const digests = await folded(temp(), at('copy'));
    expect(digests).toEqual(await folded(temp(), from));
    const sameVersion = Object.keys(known).filter((name) => known[name]?.version === digests[name]?.version);
    expect(sameVersion.length).toBeGreaterThan(0);
    for (const name of sameVersion) expect([name, digests[name]]).toEqual([name, known[name]]);
  }, 60_000);

  it('takes commands under the same keys: what was done is known, names open, and the clock goes on', async () => {
    const from = await shopIn(temp());
    await copy(placeOf(from), placeOf(at('copy')));
    const patron = await openPatron(configOf(temp(), at('copy')), { mode: 'write' });
    const total = { units: 1_000, scale: 2, currency: 'GBP' };
    const body = { customerId: 'ann', purchaseId: 'after-the-copy', total };
    await expect(patron.commands.submit({ type: 'RecordPurchase', body })).resolves.toMatchObject({ repeated: false });
    await patron.engine.projector?.allCaughtUp(await patron.store.head());
    expect((await patron.engine.queries.get('customer_card', 'ann'))?.doc).toMatchObject({ name: 'Ann King' });
    await patron.close();
    await expect(copy(placeOf(from), placeOf(at('copy')))).rejects.toThrow('went on by itself');
  }, 60_000);

  it('is copied again to take what came since, beside whoever writes', async () => {
    const from = await shopIn(temp());
    await copy(placeOf(from), placeOf(at('copy')));
    const patron = await openPatron(configOf(temp(), from), { mode: 'write' });
    await patron.commands.submit({ type: 'RegisterCustomer', body: { customerId: 'late', name: 'Late' } });
    const again = await copy(placeOf(from), placeOf(at('copy')));
    await patron.close();
    expect(again.taken).toBeGreaterThan(0);
    expect(await logicalFacts(at('copy'))).toEqual(await logicalFacts(from));
    expect(await copy(placeOf(from), placeOf(at('copy')))).toEqual({ ...again, taken: 0 });
  }, 60_000);

  it('goes nowhere where another history is, where it comes from, or where a server writes', async () => {
    const from = await shopIn(temp());
    const other = await openPatron(configOf(temp(), at('other')), { mode: 'write' });
    await expect(copy(placeOf(from), placeOf(at('other')))).rejects.toMatchObject({ code: 'store.refused' });
    await other.close();
    const before = await logicalFacts(at('other'));
    await expect(copy(placeOf(from), placeOf(at('other')))).rejects.toMatchObject({ code: 'copy.refused' });
    await expect(copy(placeOf(from), placeOf(from))).rejects.toMatchObject({ code: 'copy.refused' });
    expect(await logicalFacts(at('other'))).toEqual(before);
  }, 60_000);

  it('comes from nowhere where none is, and nothing is left', async () => {
    await expect(copy(placeOf(at('nowhere')), placeOf(at('copy')))).rejects.toMatchObject({ code: 'store.refused' });
    expect(existsSync(at('copy'))).toBe(false);
    expect(readdirSync(temp())).toEqual([]);
  });
});
