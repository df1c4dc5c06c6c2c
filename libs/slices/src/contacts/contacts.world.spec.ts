import { defineSlice } from '#kernel/slice.js';
import { engineWorld, type World } from '#testing/engine-world.js';
import {
  ComplaintRaised,
  ComplaintReopened,
  ComplaintResolved,
  ComplaintResponded,
} from '../complaints/complaints.events.js';
import { consentSlice } from '../consent/consent.slice.js';
import { purchasesSlice } from '../purchases/purchases.slice.js';
import { SurveyAnswered, SurveyDeclined, SurveySent } from '../surveys/surveys.events.js';
import { ContactWithoutConsent } from './contacts.errors.js';
import { contactsSlice } from './contacts.slice.js';

const others = defineSlice({
  ...{ name: 'others', about: '', commands: [], policies: [], projections: [] },
  events: [
    ...[ComplaintRaised, ComplaintReopened, ComplaintResolved, ComplaintResponded],
    ...[SurveySent, SurveyAnswered, SurveyDeclined],
  ],
});
const slices = [contactsSlice, consentSlice, purchasesSlice, others];
const call = {
  ...{ type: 'RecordContact', channel: 'phone', direction: 'outbound', purpose: 'care', outcome: 'reached' },
  note: 'asked about the oven',
};
const grant = { type: 'GrantConsent', channel: 'phone', purpose: 'care', through: 'form', proof: 'signed on paper' };
const buy = { type: 'RecordPurchase', total: { units: 120_000, scale: 2, currency: 'GBP' } };

describe('contacts on the engine', () => {
  let world: World;
  beforeEach(async () => (world = await engineWorld(slices)));
  afterEach(() => world.close());

  it('misses revisits when the clock says so, and after a restart', async () => {
    await world.send({ ...buy, purchaseId: 'p-1' });
    await world.advanceTo('2026-03-15T23:00:00Z');
    const only = async () => [...(await world.documents('revisits')).values()][0];
    expect(await only()).toMatchObject({ status: 'open', missedAt: '2026-03-16T00:00:00.000Z' });
    world = await world.restarted();
    await world.advanceTo('2026-03-17T00:00:00Z');
    expect(await only()).toMatchObject({ status: 'missed', closedAt: '2026-03-16T00:00:00.000Z' });
  });

  it('stores nothing of what refuses, and what is personal only sealed', async () => {
    await expect(world.send({ ...call, contactId: 'call-1' })).rejects.toThrow(ContactWithoutConsent);
    await world.send(grant);
    await world.send({ ...call, contactId: 'call-1' });
    const stored = await world.store.readStream('customer-c-1');
    expect(stored.map(({ type }) => type)).toEqual(['ConsentGranted', 'CustomerContacted']);
    expect(JSON.stringify(stored)).not.toMatch(/oven|signed/);
    const models = await Promise.all(['consent_status', 'contact_timeline'].map((name) => world.documents(name)));
    expect(JSON.stringify(models.map((model) => [...model]))).not.toMatch(/oven|signed/);
  });

  it('answers a repeated command with what it did, and folds the same documents again', async () => {
    await world.send(grant);
    const first = await world.send({ ...call, contactId: 'call-1' }, { commandId: 'once' });
    const again = await world.send({ ...call, contactId: 'call-1' }, { commandId: 'once' });
    expect(again).toMatchObject({ repeated: true, position: first.position });
    expect((await world.send({ ...call, contactId: 'call-1' })).facts).toEqual([]);
    await world.send({ ...buy, purchaseId: 'p-1' });
    await world.send({ ...call, contactId: 'late', purpose: 'service', at: '2026-02-27T10:00:00Z' });
    const { live, rebuilt } = await world.rebuildAll();
    expect(rebuilt).toEqual(live);
    const channels = await world.documents('channel_performance');
    expect(channels.get('2026-03/phone')).toMatchObject({ outbound: 1, conversions: 1 });
    expect(channels.get('2026-02/phone')).toMatchObject({ outbound: 1, conversions: 0 });
  });

  it('pages the timeline newest first', async () => {
    for (const day of ['03', '01', '02']) {
      await world.send({ ...call, purpose: 'service', contactId: day, at: `2026-02-${day}T10:00:00Z` });
    }
    await world.quiet();
    const find = { where: { customerId: 'c-1' }, sort: ['-at'], limit: 2 };
    const page = await world.engine.queries.find('contact_timeline', find);
    const cursor = String(page.cursor);
    const rest = await world.engine.queries.find('contact_timeline', { ...find, cursor });
    expect([...page.items, ...rest.items].map(({ reference }) => reference)).toEqual(['03', '02', '01']);
  });

  it('finds who may be e-mailed for marketing', async () => {
    for (const customerId of ['c-1', 'c-2', 'c-3']) {
      await world.send({ ...grant, customerId, channel: 'email', purpose: 'marketing' });
    }
    await world.send({ type: 'WithdrawConsent', customerId: 'c-2', channel: 'email', purpose: 'marketing' });
    await world.quiet();
    const status = { where: { 'consents.marketing.email.status': 'granted' } };
    const permissions = { where: { channel: 'email', purpose: 'marketing', status: 'granted' } };
    for (const [name, find] of [
      ['consent_status', status],
      ['consent_permissions', permissions],
    ] as const) {
      const { items } = await world.engine.queries.find(name, find);
      expect(items.map(({ customerId }) => customerId).sort()).toEqual(['c-1', 'c-3']);
    }
  });

  it('knows a long history after a restart from a snapshot', async () => {
    await world.send({ ...grant, at: '2026-03-01T00:00:00Z' });
    for (let n = 0; n < 510; n += 1) await world.send({ ...call, contactId: `call-${n}`, at: '2026-03-02T11:00:00Z' });
    world = await world.restarted();
    expect((await world.send({ ...call, contactId: 'call-0' })).facts).toEqual([]);
    await expect(world.send({ ...call, contactId: 'x', channel: 'sms' })).rejects.toThrow(ContactWithoutConsent);
    const { facts } = await world.send({ ...buy, purchaseId: 'p-1' });
    expect(facts.map(({ type }) => type)).toEqual(['PurchaseRecorded', 'ContactConverted', 'RevisitPlanned']);
  });
});
