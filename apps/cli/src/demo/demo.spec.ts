import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STAGES } from '#slices/lifecycle/lifecycle.policy.js';
import { REASONS } from '#slices/retention/retention.events.js';
import { TIERS } from '#slices/value/value.policy.js';
import type { Json } from '#kernel/ports/read-models.js';
import { loadConfig } from '#runtime/config.js';
import { documentsOf } from '#runtime/exports.js';
import { openPatron } from '#runtime/patron.js';
import { DirectAccess } from '../access/direct.js';
import { terminalOf } from '../frame/terminal.js';
import type { Played } from './play.js';
import { simulate } from './simulate.js';
import { planOf } from './story.js';
import { summaryOf } from './summary.js';
import { tell } from './tell.js';

const CUSTOMERS = 150;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const signal = new AbortController().signal;

interface Told {
  readonly played: Played;
  all(model: string): Promise<readonly Json[]>;
  readonly access: DirectAccess;
}

/** Plays the story of a seed in memory, shows what became of it, and forgets it. */
async function playedIn<T>(seed: number, customers: number, look: (told: Told) => Promise<T>): Promise<T> {
  const data = join(tmpdir(), 'patron-demo-in-memory'); // named, never made
  const flags = { data, eventStore: 'memory', readModels: 'memory' };
  const patron = await openPatron(loadConfig({ flags, env: {} }), { mode: 'write' });
  const access = DirectAccess.on(patron);
  try {
    const played = await tell(planOf(seed, customers), access, { tell: () => undefined, signal });
    await access.gate('spec').projected(0, () => undefined);
    const all = async (model: string): Promise<readonly Json[]> => {
      const found: Json[] = [];
      for await (const items of documentsOf((page) => access.find(model, page, undefined), {})) found.push(...items);
      return found;
    };
    return await look({ played, all, access });
  } finally {
    await access.close();
  }
}

const namesOf = (documents: readonly Json[], field: string): string[] =>
  [...new Set(documents.map((doc) => String(doc[field])))].sort();

describe('the demo', () => {
  it('tells the same story for the same seed, and another for another', () => {
    const of = (seed: number): string => JSON.stringify(simulate(planOf(seed, 40)));
    expect(of(3)).toBe(of(3));
    expect(of(3)).not.toBe(of(4));
  });

  it('names every command once', () => {
    const ids = simulate(planOf(1, 100)).map(({ commandId }) => commandId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(SEEDS)(
    'with seed %i meets every stage, tier and reason for an alert, and few refusals',
    (seed) =>
      playedIn(seed, CUSTOMERS, async ({ played, all }) => {
        const stages = await all('lifecycle_stage');
        const lived = stages.flatMap(({ history }) => history as readonly Json[]);
        expect(namesOf([...stages, ...lived], 'stage')).toEqual([...STAGES].sort());
        expect(namesOf(await all('value_tier'), 'tier')).toEqual([...TIERS].sort());
        expect(namesOf(await all('loyalty_balance'), 'tier')).toEqual(['basic', 'gold', 'silver']);
        expect(namesOf(await all('retention_outcomes'), 'reason')).toEqual([...REASONS].sort());
        const refused = Object.values(played.refused).reduce((sum, count) => sum + count, 0);
        expect(refused).toBeLessThan(played.done / 100);
        expect(played.repeated).toBe(0);
      }),
    60_000,
  );

  it(
    'shows on one page how the business stands',
    () =>
      playedIn(1, 60, async ({ access }) => {
        const page = (await summaryOf(access, terminalOf({}, {}, {}))).join('\n');
        for (const said of ['Lifecycle stages', 'Satisfaction', 'Channels', 'Complaints', 'Consent', 'Worth a call'])
          expect(page).toContain(said);
      }),
    60_000,
  );
});
