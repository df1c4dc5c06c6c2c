import { plusDays, startOfDay } from '#kernel/time.js';
import { during, type Chapter, type DemoCommand } from '../story.js';

const HAS_QUIET_HOURS = 0.1;
const STATES_PREFERENCE = 0.25;

/** For what and over which channels they may be contacted, and when they want to be left alone. */
export const consent: Chapter = ({ plan, customerId, registeredOn, consents, dice }) => {
  const random = dice('consent');
  const stated = (command: string, name: string, at: string, what: object): DemoCommand => ({
    ...{ command, commandId: `${customerId}-${name}`, customerId, at, ...what },
  });
  const said = consents.flatMap(({ channel, purpose, grantedAt, withdrawnAt }) => {
    const name = `${purpose}-${channel}`;
    const proof = { through: 'registration form', proof: `ticked ${purpose} by ${channel}` };
    const granted = stated('GrantConsent', `grant-${name}`, grantedAt, { channel, purpose, ...proof });
    if (withdrawnAt === null) return [granted];
    const through = channel === 'email' ? 'unsubscribe link' : 'phone';
    return [granted, stated('WithdrawConsent', `withdraw-${name}`, withdrawnAt, { channel, purpose, through })];
  });
  const at = startOfDay(registeredOn, plan.zone);
  const liked = random.weighted<readonly string[]>([
    [['email'], 5],
    [['email', 'phone'], 3],
    [['phone', 'email'], 2],
  ]);
  const later = during(plusDays(registeredOn, random.whole(5, 200)), plan, random);
  const hours = { from: random.pick(['20:00', '21:00', '21:30']), to: random.pick(['08:00', '09:00']) };
  return [
    ...said,
    ...(random.chance(STATES_PREFERENCE)
      ? [stated('StateChannelPreference', 'preference', at, { channels: liked })]
      : []),
    ...(random.chance(HAS_QUIET_HOURS)
      ? [stated('StateQuietHours', 'quiet-hours', later, { ...hours, zone: plan.zone })]
      : []),
  ];
};
