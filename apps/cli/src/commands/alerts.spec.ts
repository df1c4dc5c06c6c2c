import { PassThrough } from 'node:stream';
import type { Find } from '#engine/queries.js';
import type { Access } from '../access/access.js';
import { UsageError } from '../frame/parse-args.js';
import { terminalOf } from '../frame/terminal.js';
import { alerts } from './alerts.js';

const alert = (customerId: string, worthSort: number, status = 'open', dueBy = '2026-03-14T00:00:00.000Z') => ({
  ...{ customerId, episodeId: 'silent-1', reason: 'silent', status, worthSort, dueBy },
  ...{ raisedAt: '2026-03-07T00:00:00.000Z', worth: [{ units: worthSort, scale: 3, currency: 'GBP' }] },
  suggested: { action: 'message', text: 'Write.', source: 'ours', policy: { name: 'retention', version: 1 } },
  why: { words: 'Bought nothing for 61 days.', facts: ['f-1', 'f-2'] },
});
const documents = [
  ...[alert('c-1', 1_000), alert('c-2', 5_000), alert('c-3', 3_000, 'acted'), alert('c-4', 9_000, 'closed')],
  ...[alert('c-5', 1_000, 'acknowledged', '2026-03-10T00:00:00.000Z')],
];

/** Runs the command on these documents: its lines, and what it asked for. */
async function shown(flags: { readonly reason?: string; readonly limit?: string; readonly json?: boolean } = {}) {
  const [lines, asked]: [string[], Find[]] = [[], []];
  const find: Access['find'] = (_, wanted) => {
    asked.push(wanted);
    return Promise.resolve({
      items: documents.filter(({ status }) => status === wanted.where?.['status']),
      position: 1,
    });
  };
  const given = { reason: undefined, limit: undefined, json: false, ...flags };
  const where = { data: undefined, keys: undefined, server: undefined, token: undefined };
  const code = await alerts.run(
    { args: {}, flags: { ...given, ...where } },
    {
      ...{ out: (line) => void lines.push(line), err: () => undefined, errText: () => undefined, env: {} },
      write: () => Promise.resolve(),
      ...{ terminal: terminalOf({}, {}, {}), stdin: new PassThrough(), signal: new AbortController().signal },
      patron: () => Promise.resolve({ find } as Access),
    },
  );
  return { lines, asked, code };
}

describe('patron alerts', () => {
  it('shows what is open, whoever has seen it, worth most first and then due first', async () => {
    const { lines, code } = await shown({ json: true });
    expect(code).toBe(0);
    expect(lines.map((line) => (JSON.parse(line) as { customerId: string }).customerId)).toEqual([
      ...['c-2', 'c-3', 'c-5', 'c-1'],
    ]);
  });
  it('says why, what is suggested, and who says so', async () => {
    expect((await shown({ limit: '1' })).lines).toEqual([
      'customer  alert     status  worth      raised      answer by',
      'c-2       silent-1  open    5.000 GBP  2026-03-07  2026-03-14',
      '  Bought nothing for 61 days.',
      '  message: Write. (ours; policy retention 1)',
      '  facts: f-1, f-2',
    ]);
  });
  it('asks only for what a declared index serves', async () => {
    const { asked } = await shown({ reason: 'low_score', limit: '3' });
    expect(asked[0]).toEqual({ where: { reason: 'low_score', status: 'open' }, sort: ['-worthSort'], limit: 3 });
  });
  it('refuses a reason there is not', async () => {
    await expect(shown({ reason: 'boredom' })).rejects.toThrow(UsageError);
  });
});
