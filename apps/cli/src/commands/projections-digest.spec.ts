import { PassThrough } from 'node:stream';
import type { Replayed } from '#engine/replay.js';
import type { Access } from '../access/access.js';
import { terminalOf } from '../frame/terminal.js';
import type { World } from '../frame/world.js';
import { projectionsDigest } from './projections-digest.js';

const of = (name: string, behind: number, equal = false): Replayed =>
  ({
    ...{ name, behind, equal, parked: [] },
    stored: { documents: 1, digest: 'a' },
    replayed: { documents: 1, digest: equal ? 'a' : 'b' },
  }) as unknown as Replayed;

async function said(all: readonly Replayed[]): Promise<readonly [code: number, err: string]> {
  const lines: string[] = [];
  const nothing = (): void => undefined;
  const world: World = {
    ...{ out: nothing, err: (line: string) => void lines.push(line), errText: nothing, write: async () => nothing() },
    ...{ env: {}, stdin: new PassThrough(), terminal: terminalOf({}, {}, {}), signal: new AbortController().signal },
    patron: async () => ({ replay: async () => all }) as unknown as Access,
  };
  const flags = { replay: true, json: false, data: undefined, keys: undefined, server: undefined, token: undefined };
  return [await projectionsDigest.run({ args: { name: undefined }, flags }, world), lines.join('\n')];
}

describe('a replay beside what is stored', () => {
  it('says nothing where all are equal', async () => {
    expect(await said([of('value_tier', 0, true)])).toEqual([0, '']);
  });

  it('tells what the log does not give from what is not folded to its end', async () => {
    const [code, err] = await said([of('value_tier', 0), of('loyalty_balance', 258), of('churn', 0, true)]);
    expect(code).toBe(1);
    expect(err).toMatch(/^The log does not give what is stored: value_tier\.$/m);
    expect(err).toMatch(/^Folded up to another place.*: loyalty_balance\. Let a server fold what there is/m);
    expect((await said([of('loyalty_balance', 258)]))[1]).not.toContain('does not give');
  });
});
