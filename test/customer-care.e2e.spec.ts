import { existsSync } from 'node:fs';
import { CliWorld } from './cli.fixture.js';

const built = existsSync(new URL('../dist/apps/cli/src/main.js', import.meta.url));
const described = built ? describe : describe.skip;

interface Line {
  readonly status: number;
  readonly code?: string;
  readonly position?: number;
  readonly facts?: readonly { readonly type: string; readonly data: Readonly<Record<string, unknown>> }[];
}
type Document = Readonly<Record<string, unknown>>;

const to = (customerId: string, command: string, at: string, fields: object = {}) => ({
  command,
  customerId,
  at,
  ...fields,
});
const contact = (contactId: string, at: string, purpose = 'marketing') =>
  to('ann', 'RecordContact', at, { contactId, channel: 'email', direction: 'outbound', purpose, outcome: 'sent' });
const typesOf = (line: Line | undefined) => (line?.facts ?? []).map(({ type }) => type);

/** Monday 2 March 2026, 09:00 in London, where the company is. */
const MONDAY = '2026-03-02T09:00:00.000Z';

described('the four kinds of facts, over a socket', () => {
  const world = new CliWorld();
  let position = 0;

  const send = async (...lines: readonly object[]): Promise<readonly Line[]> => {
    const body = lines.map((line) => JSON.stringify(line)).join('\n');
    const headers = { 'content-type': 'application/x-ndjson' };
    const answer = await world.fetch('/v1/commands', { method: 'POST', body, headers });
    const results = (await answer.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    position = Math.max(position, ...results.map((result) => result.position ?? 0));
    return results;
  };
  const time = (at: string) => ({ command: 'AdvanceClock', to: at });
  const document = async (model: string, key: string): Promise<Document> => {
    const answer = await world.fetch(
      `/v1/read-models/${model}/${encodeURIComponent(key)}?after=${position}&wait=20000`,
    );
    expect([model, key, answer.status]).toEqual([model, key, 200]);
    return (await answer.json()) as Document;
  };

  beforeAll(async () => {
    await world.serve(['--clock', MONDAY]);
    const rules = { zone: 'Europe/London', currency: 'GBP' };
    const [published] = await send({
      command: 'PublishPolicy',
      name: 'company',
      rules,
      effectiveFrom: '2026-01-01T00:00:00Z',
    });
    expect(published?.status).toBe(201);
  }, 60_000);
  afterAll(() => world.close());

  it('refuses a contact without consent, and takes it once consent was granted', async () => {
    const [refused, granted, taken, again] = await send(
      contact('k-1', MONDAY),
      to('ann', 'GrantConsent', MONDAY, { channel: 'email', purpose: 'marketing', through: 'web form' }),
      contact('k-2', MONDAY),
      contact('k-2', MONDAY),
    );
    expect([refused?.status, refused?.code]).toEqual([409, 'contacts.without_consent']);
    expect([granted?.status, taken?.status]).toEqual([201, 201]);
    expect(typesOf(taken)).toContain('CustomerContacted');
    expect(typesOf(again)).toEqual([]);
    expect(await document('consent_status', 'ann')).toMatchObject({
      consents: { marketing: { email: { status: 'granted' } } },
    });
  }, 60_000);

  it('takes a purchase as an answer to the contact, and earns points for it', async () => {
    const total = { units: 40_000, scale: 2, currency: 'GBP' };
    const [bought] = await send(to('ann', 'RecordPurchase', MONDAY, { purchaseId: 'p-1', total }));
    expect(typesOf(bought)).toEqual(expect.arrayContaining(['PurchaseRecorded', 'PointsEarned']));
    expect(await document('loyalty_balance', 'ann')).toMatchObject({ earned: 400, pending: 400, available: 0 });
    expect(await document('lifecycle_stage', 'ann')).toMatchObject({ stage: 'first purchase' });
  }, 60_000);

  it('misses the first response of a complaint by itself, raises an alert, and clears it when the complaint is resolved', async () => {
    const complaint = { complaintId: 'x-1', cause: 'late parcel', channel: 'email', text: 'Where is my parcel?' };
    const [raised] = await send(to('ann', 'RaiseComplaint', MONDAY, complaint));
    expect(raised?.status).toBe(201);
    await send(time('2026-03-05T09:00:00.000Z'));
    expect(await document('retention_alerts', 'ann/complaint_overdue-1')).toMatchObject({ status: 'open' });
    const remedy = { kind: 'apology' };
    const [resolved] = await send(
      to('ann', 'ResolveComplaint', '2026-03-05T09:00:00.000Z', { complaintId: 'x-1', remedy }),
    );
    expect(typesOf(resolved)).toEqual(expect.arrayContaining(['ComplaintResolved', 'AlertCleared']));
    const entry = await document('complaint_cases', 'ann/x-1');
    expect(entry).toMatchObject({
      status: 'resolved',
      firstResponse: { status: 'missed' },
      resolution: { status: 'met' },
    });
    expect(await document('retention_alerts', 'ann/complaint_overdue-1')).toMatchObject({
      status: 'closed',
      ended: { by: 'fact' },
    });
  }, 60_000);

  it('raises an alert for a low score, shows it in `patron alerts`, and clears it by a recorded action', async () => {
    const at = '2026-03-05T09:00:00.000Z';
    const survey = { surveyId: 's-1', instrument: 'nps', touchpoint: 'complaint', channel: 'email' };
    const [sent, outside, answered] = await send(
      to('ann', 'SendSurvey', at, survey),
      to('ann', 'AnswerSurvey', at, { surveyId: 's-1', score: 11 }),
      to('ann', 'AnswerSurvey', at, { surveyId: 's-1', score: 2, comment: 'Never again' }),
    );
    expect([sent?.status, outside?.code, answered?.status]).toEqual([201, 'surveys.outside_scale', 201]);
    expect(await document('customer_satisfaction', 'ann')).toMatchObject({ detractor: true });
    expect(await document('retention_alerts', 'ann/low_score-1')).toMatchObject({ status: 'open', worthSort: 400_000 });
    const alerts = await world.through(['alerts']);
    expect([alerts.code, alerts.out]).toEqual([0, expect.stringContaining('ann')]);
    const action = { episodeId: 'low_score-1', actionId: 'a-1', action: 'call' };
    const [acted] = await send(to('ann', 'RecordRetentionAction', at, action));
    expect(typesOf(acted)).toEqual(expect.arrayContaining(['RetentionActionRecorded', 'AlertCleared']));
    expect(await document('retention_alerts', 'ann/low_score-1')).toMatchObject({
      status: 'closed',
      ended: { by: 'action' },
    });
  }, 60_000);

  it('shows everything that touched the customer, newest first, without a text that is personal in the feed', async () => {
    await document('retention_alerts', 'ann/low_score-1');
    const page = await world.fetch(
      `/v1/read-models/contact_timeline?customerId=ann&sort=customerId,-at&after=${position}`,
    );
    const { items } = (await page.json()) as { readonly items: readonly { readonly at: string }[] };
    expect(items.length).toBeGreaterThanOrEqual(5);
    expect(items.map(({ at }) => at)).toEqual(
      items
        .map(({ at }) => at)
        .toSorted()
        .reverse(),
    );
    const feed = await (await world.fetch('/v1/changes')).text();
    expect(feed).toContain('ComplaintRaised');
    expect(feed).not.toMatch(/Where is my parcel|Never again|sealed:/);
  }, 60_000);

  it('replays to the same documents in a new process', async () => {
    await document('retention_alerts', 'ann/low_score-1');
    const { code, out, err } = await world.patron(['projections', 'digest', '--replay', '--data', world.data]);
    expect([code, code === 0 ? '' : out + err]).toEqual([0, '']);
  }, 60_000);
});
