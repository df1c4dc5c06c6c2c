import { clockAt, named, published, type GivenFact } from '#testing/makers.js';
import { projectionSpec } from '#testing/projection-spec.js';
import { complaintsSlice } from '../complaints/complaints.slice.js';
import { CustomerContacted } from '../contacts/contacts.events.js';
import { contactsSlice } from '../contacts/contacts.slice.js';
import { CustomerRegistered } from '../profiles/profiles.events.js';
import { profilesSlice } from '../profiles/profiles.slice.js';
import { PurchaseRecorded, PurchaseVoided } from '../purchases/purchases.events.js';
import { purchasesSlice } from '../purchases/purchases.slice.js';
import { surveysSlice } from '../surveys/surveys.slice.js';
import { valueSlice } from '../value/value.slice.js';
import { lifecyclePolicy } from './lifecycle.policy.js';
import { lifecycleStage } from './lifecycle.projection.js';
import { lifecycleSlice } from './lifecycle.slice.js';

const folding = projectionSpec(lifecycleStage, {
  slices: [profilesSlice, purchasesSlice, surveysSlice, complaintsSlice, contactsSlice, valueSlice, lifecycleSlice],
});
const fold = async (...facts: readonly GivenFact[]) => (await folding(...facts)).get('c-1');

const at = (day: string): string => `${day}T12:00:00.000Z`;
const unknown = { name: null, birthday: null, language: null, zone: null, country: null };
const before = { language: null, country: null };
const registered = named('registered', CustomerRegistered({ ...unknown, before }, at('2026-01-01')));
const contacted = (id: string, day: string, reached = true, direction: 'inbound' | 'outbound' = 'outbound') => {
  const data = { contactId: id, channel: 'phone', direction, purpose: 'service', outcome: 'x', reached, day } as const;
  return named(id, CustomerContacted({ ...data, subject: null, note: null }, at(day)));
};
const total = { units: 1_000, scale: 2, currency: 'GBP' };
const bought = named('bought', PurchaseRecorded({ purchaseId: 'p', total, lines: [] }, at('2026-03-01')));
const stages = (doc: Awaited<ReturnType<typeof fold>>) => doc?.history.map(({ stage }) => stage);

describe('a customer who was contacted and never bought', () => {
  it('is contacted, by the contact that says so', async () => {
    const doc = await fold(registered, contacted('call', '2026-02-01'), contacted('again', '2026-02-02'));
    expect(doc).toMatchObject({ stage: 'contacted', since: at('2026-02-01'), contactedBy: 'call' });
    expect(doc?.why.facts).toEqual(['registered', 'call']);
    expect(stages(doc)).toEqual(['potential', 'contacted']);
  });
  it('need not be registered, nor be the one who was called', async () =>
    expect(stages(await fold(contacted('call', '2026-02-01', true, 'inbound')))).toEqual(['contacted']));
  it('is not contacted by an attempt that reached nobody', async () => {
    expect(stages(await fold(registered, contacted('call', '2026-02-01', false)))).toEqual(['potential']);
    expect(await fold(contacted('call', '2026-02-01', false))).toBeUndefined();
  });
  it('was first contacted by the earliest contact, also when that comes to light later', async () => {
    const doc = await fold(contacted('second', '2026-02-02'), contacted('first', '2026-02-01'));
    expect(doc).toMatchObject({ contactedAt: at('2026-02-01'), contactedBy: 'first', since: at('2026-02-02') });
    expect(stages(doc)).toEqual(['contacted']);
  });
  it('says by which contact after a new policy too', async () => {
    const next = published(lifecyclePolicy, { atRiskLeastDays: 90 }, '2026-03-01T00:00:00Z');
    const doc = await fold(contacted('call', '2026-02-01'), next, clockAt('2026-03-02T00:00:00Z'));
    expect(doc?.why).toEqual({ facts: ['call'], policy: { name: 'lifecycle', version: 2 } });
  });
});

describe('a buyer who is contacted', () => {
  it('stays a buyer', async () =>
    expect(stages(await fold(bought, contacted('call', '2026-03-02')))).toEqual(['first purchase']));
  it('is contacted once the only purchase turns out to be a mistake', async () => {
    const data = { purchaseId: 'p', purchasedAt: at('2026-03-01'), net: total, reason: 'typo' };
    const doc = await fold(bought, contacted('call', '2026-03-02'), PurchaseVoided(data, at('2026-03-03')));
    expect(doc).toMatchObject({ stage: 'contacted', since: at('2026-03-03') });
  });
});
