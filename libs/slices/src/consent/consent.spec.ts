import { deciderSpec } from '#testing/given.js';
import { published } from '#testing/makers.js';
import { ConsentNotAsked, StatementSuperseded, UnknownPurpose } from './consent.errors.js';
import { ChannelPreferenceStated, ConsentGranted, ConsentWithdrawn, QuietHoursStated } from './consent.events.js';
import { consentPolicy } from './consent.policy.js';
import { consentSlice } from './consent.slice.js';

const given = deciderSpec(consentSlice);
const [january, february, march] = ['2026-01-05T10:00:00.000Z', '2026-02-05T10:00:00.000Z', '2026-03-01T10:00:00.000Z'];
const email = { channel: 'email', purpose: 'marketing' } as const;
const granted = (at = january) => ConsentGranted({ ...email, source: 'form', proof: null }, at);
const withdrawn = (at = february) => ConsentWithdrawn({ ...email, source: 'link', reason: null }, at);
const grant = { type: 'GrantConsent', ...email, through: 'form' };
const withdraw = { type: 'WithdrawConsent', ...email, through: 'link' };

describe('granting consent', () => {
  it('records where it was given and what proves it', () =>
    given()
      .when({ ...grant, proof: 'ticked' })
      .then(ConsentGranted({ ...email, source: 'form', proof: 'ticked' })));
  it('changes nothing the second time', () => given(granted()).when(grant).thenNothing());
  it('changes nothing the second time, even after it was withdrawn since', () =>
    given(granted(), withdrawn())
      .when({ ...grant, at: january })
      .thenNothing());
  it('follows a withdrawal', () => given(granted(), withdrawn()).when(grant).then({ type: 'ConsentGranted' }));
  it('is refused where something newer was said', () =>
    given(withdrawn())
      .when({ ...grant, at: january })
      .thenFails(StatementSuperseded, { code: 'consent.superseded', supersededAt: february, factId: 'fact-1' }));
  it('follows a withdrawal of the same instant', () =>
    given(withdrawn())
      .when({ ...grant, at: february })
      .then({ type: 'ConsentGranted' }));
  it('is about one channel and one purpose', () => {
    given(granted())
      .when({ ...grant, channel: 'phone' })
      .then({ type: 'ConsentGranted', data: { channel: 'phone' } });
    given(granted())
      .when({ ...grant, purpose: 'sales' })
      .then({ type: 'ConsentGranted', data: { purpose: 'sales' } });
  });
  it('is refused for a purpose the policy does not know', () =>
    given()
      .when({ ...grant, purpose: 'astrology' })
      .thenFails(UnknownPurpose, { code: 'consent.unknown_purpose', policyVersion: 1 }));
  it.each(['service', 'legal'])('is refused for %s, which needs none', (purpose) =>
    given()
      .when({ ...grant, purpose })
      .thenFails(ConsentNotAsked, { code: 'consent.not_asked', purpose, policyVersion: 1 }),
  );
  it('takes a purpose that is published for next month from next month on', () => {
    const rules = { purposes: [...consentPolicy.defaults.purposes, 'research'] };
    const next = deciderSpec([consentSlice], { policies: [published(consentPolicy, rules, '2026-04-01T00:00:00Z')] });
    const research = { ...grant, purpose: 'research' };
    next()
      .when({ ...research, at: '2026-03-31T23:59:59Z' })
      .thenFails(UnknownPurpose, { policyVersion: 1 });
    next()
      .when({ ...research, at: '2026-04-01T00:00:00Z' })
      .then({ type: 'ConsentGranted' });
  });
});

describe('withdrawing consent', () => {
  it('records it', () => given(granted()).when(withdraw).then(ConsentWithdrawn(withdrawn().data)));
  it('is possible before anything was granted', () => given().when(withdraw).then({ type: 'ConsentWithdrawn' }));
  it('needs to say nothing else', () =>
    given()
      .when({ type: 'WithdrawConsent', ...email })
      .then(ConsentWithdrawn({ ...email, reason: null })));
  it('changes nothing the second time', () => given(granted(), withdrawn()).when(withdraw).thenNothing());
  it('is refused where something newer was said', () =>
    given(granted(march))
      .when({ ...withdraw, at: february })
      .thenFails(StatementSuperseded));
});

describe('stating the channels liked', () => {
  const state = { type: 'StateChannelPreference', channels: ['email', 'phone'] };
  const stated = ChannelPreferenceStated({ channels: ['email', 'phone'] }, february);

  it('records their order', () => given().when(state).then({ type: stated.type, data: stated.data }));
  it('changes nothing the second time', () => given(stated).when(state).thenNothing());
  it('takes another order', () =>
    given(stated)
      .when({ ...state, channels: ['phone', 'email'] })
      .then({ type: stated.type }));
  it('is taken back by none', () =>
    given(stated)
      .when({ ...state, channels: [] })
      .then(ChannelPreferenceStated({ channels: [] })));
  it('is refused where something newer was said', () =>
    given(stated)
      .when({ ...state, channels: [], at: january })
      .thenFails(StatementSuperseded));
});

describe('stating quiet hours', () => {
  const hours = { from: '21:30', to: '08:00', zone: 'Europe/London' };
  const state = { type: 'StateQuietHours', ...hours };
  const stated = QuietHoursStated(hours, february);

  it('records them in the zone of the customer', () => given().when(state).then(QuietHoursStated(hours)));
  it('changes nothing the second time', () => given(stated).when(state).thenNothing());
  it('takes others', () =>
    given(stated)
      .when({ ...state, zone: 'America/New_York' })
      .then({ type: stated.type, data: { zone: 'America/New_York' } }));
  it('is refused where something newer was said', () =>
    given(stated)
      .when({ ...state, to: '09:00', at: january })
      .thenFails(StatementSuperseded));
});
