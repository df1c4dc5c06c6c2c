import { projectionSpec } from '#testing/projection-spec.js';
import { named, published } from '#testing/makers.js';
import { ChannelPreferenceStated, ConsentGranted, ConsentWithdrawn, QuietHoursStated } from './consent.events.js';
import { consentPolicy } from './consent.policy.js';
import { consentPermissions, consentStatus } from './consent.projection.js';
import { consentSlice } from './consent.slice.js';

const slices = [consentSlice];
const [january, february] = ['2026-01-05T10:00:00.000Z', '2026-02-05T10:00:00.000Z'];
const email = { channel: 'email', purpose: 'marketing' } as const;
const granted = named('g', ConsentGranted({ ...email, source: 'form', proof: 'ticked' }, january));
const withdrawn = named('w', ConsentWithdrawn({ ...email, reason: null }, february));

describe('consent_status', () => {
  const fold = projectionSpec(consentStatus, { slices });

  it('says since when, through what and by which fact, and never the proof', async () => {
    const doc = (await fold(granted)).get('c-1');
    const said = { status: 'granted', since: january, source: 'form', factId: 'g' };
    expect(doc?.consents).toEqual({ marketing: { email: said } });
    expect(doc?.why).toEqual({ facts: ['g'], policy: { name: 'consent', version: 1 } });
    expect(JSON.stringify(doc)).not.toContain('ticked');
  });
  it('holds the last word for each purpose and channel', async () => {
    const phone = ConsentGranted({ channel: 'phone', purpose: 'care', source: 'call', proof: null }, february);
    const doc = (await fold(granted, withdrawn, phone)).get('c-1');
    expect(doc?.consents).toMatchObject({
      marketing: { email: { status: 'withdrawn', since: february, source: null, factId: 'w' } },
      care: { phone: { status: 'granted' } },
    });
  });
  it('holds preference and quiet hours', async () => {
    const hours = { from: '21:30', to: '08:00', zone: 'Europe/London' };
    const liked = named('p', ChannelPreferenceStated({ channels: ['email', 'post'] }, january));
    const doc = (await fold(liked, named('q', QuietHoursStated(hours, february)))).get('c-1');
    expect(doc).toMatchObject({
      preferred: 'email',
      preference: { channels: ['email', 'post'], since: january, factId: 'p' },
      quietHours: { ...hours, since: february, factId: 'q' },
    });
  });
  it('likes no channel best once the wish is taken back', async () => {
    const doc = (
      await fold(ChannelPreferenceStated({ channels: ['sms'] }), ChannelPreferenceStated({ channels: [] }))
    ).get('c-1');
    expect(doc?.preferred).toBeNull();
  });
  it('names the policy that was in force for the last statement', async () => {
    const next = published(consentPolicy, { exempt: ['legal'] }, '2026-02-01T00:00:00Z');
    expect((await fold(next, granted)).get('c-1')?.why.policy.version).toBe(1);
    expect((await fold(next, granted, withdrawn)).get('c-1')?.why.policy.version).toBe(2);
  });
  it('keeps a bounded why', async () => {
    const facts = Array.from({ length: 30 }, (_, n) => (n % 2 ? withdrawn : granted)).map((fact, n) =>
      named(`${n}`, fact),
    );
    expect((await fold(...facts)).get('c-1')?.why.facts).toHaveLength(20);
  });
});

describe('consent_permissions', () => {
  const fold = projectionSpec(consentPermissions, { slices, batch: 10 });

  it('holds one document a customer, purpose and channel', async () => {
    const other = { ...ConsentGranted({ ...email, channel: 'phone', source: 'call', proof: null }), customerId: 'c-2' };
    const documents = await fold(granted, other, withdrawn);
    expect([...documents.keys()].sort()).toEqual(['c-1/marketing/email', 'c-2/marketing/phone']);
    expect(documents.get('c-1/marketing/email')).toEqual({
      ...{ customerId: 'c-1', purpose: 'marketing', channel: 'email', status: 'withdrawn', since: february },
      ...{ source: null, why: { facts: ['w'], policy: { name: 'consent', version: 1 } } },
    });
  });
});
