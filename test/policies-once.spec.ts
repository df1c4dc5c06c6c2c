import { join } from 'node:path';
import { tempFolder } from '#testing/temp-folder.js';
import { AnalystWorld } from './analyst.fixture.js';
import { closeServers, testServer, type Caller } from './server-kit.js';

const rulesIn = (currency: string): object => ({ rules: { zone: 'UTC', currency } });

describe('a policy that is published again under its id', () => {
  let admin: Caller;
  beforeEach(async () => {
    admin = (await testServer()).as('admin');
  });
  afterEach(closeServers);
  const publish = (currency: string, id: string, path = '/v1/policies/company') =>
    admin.post(path, rulesIn(currency), { 'idempotency-key': id });
  const versions = async (): Promise<readonly { readonly rules: { readonly currency: string } }[]> =>
    (await admin.get('/v1/policies/company')).body.versions;

  it('is answered as the first time, and does not undo what was published since', async () => {
    const first = await publish('GBP', 'k-1');
    await publish('EUR', 'k-2');
    const again = await publish('GBP', 'k-1');
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toMatchObject({ repeated: true, commandId: 'k-1', policy: first.body.policy });
    expect((await versions()).at(-1)?.rules.currency).toBe('EUR');
  });

  it('is refused with other rules or another beginning', async () => {
    await publish('GBP', 'k-1');
    const others: readonly object[] = [rulesIn('EUR'), { ...rulesIn('GBP'), effectiveFrom: '2026-03-01' }];
    for (const body of others) {
      const { status, body: told } = await admin.post('/v1/policies/company', body, { 'idempotency-key': 'k-1' });
      expect([status, told.code]).toEqual([409, 'command.id_reused']);
    }
    expect(await versions()).toHaveLength(2);
  });

  it('is the same command as a line of many, and of its own route', async () => {
    await publish('GBP', 'k-1');
    await publish('EUR', 'k-2');
    const line = JSON.stringify({ command: 'PublishPolicy', commandId: 'k-1', name: 'company', ...rulesIn('GBP') });
    expect(await admin.lines(`${line}\n`)).toMatchObject([{ status: 200, repeated: true, policy: { version: 2 } }]);
    const command = { name: 'company', ...rulesIn('GBP') };
    const own = await admin.post('/v1/commands/PublishPolicy', command, { 'idempotency-key': 'k-1' });
    expect(own).toMatchObject({ status: 200, body: { repeated: true, policy: { version: 2 } } });
  });

  it('is published once for ten who ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => publish('GBP', 'k-1')));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(9).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body.policy))).size).toBe(1);
    expect(await versions()).toHaveLength(2);
  });
});

describe('after a restart a policy that is published again', () => {
  const folder = tempFolder();

  it('is known by its id', async () => {
    const published = async (currency: string, commandId: string) => {
      const world = await AnalystWorld.open(join(folder(), 'data'));
      try {
        return await world.patron.commands.submit({
          ...{ type: 'PublishPolicy', body: { name: 'company', ...rulesIn(currency) }, commandId },
        });
      } finally {
        await world.close();
      }
    };
    await published('GBP', 'k-1');
    await published('EUR', 'k-2');
    expect(await published('GBP', 'k-1')).toMatchObject({ repeated: true, policy: { version: 2 } });
    await expect(published('EUR', 'k-1')).rejects.toMatchObject({ code: 'command.id_reused' });
  });
});
