import { validateSync } from 'class-validator';
import { GrantConsent, StateChannelPreference, StateQuietHours, WithdrawConsent } from './consent.commands.js';

const badFields = (command: new () => object, body: object): readonly string[] =>
  validateSync(Object.assign(new command(), body)).map(({ property }) => property);

describe('the commands of consent', () => {
  it.each([GrantConsent, WithdrawConsent, StateChannelPreference, StateQuietHours])('%p takes its example', (command) =>
    expect(badFields(command, command.example)).toEqual([]),
  );
  it.each([
    [GrantConsent, { channel: 'pigeon' }, ['channel']],
    [GrantConsent, { through: undefined }, ['through']],
    [WithdrawConsent, { purpose: '' }, ['purpose']],
    [StateChannelPreference, { channels: ['email', 'email'] }, ['channels']],
    [StateChannelPreference, { channels: ['pigeon'] }, ['channels']],
    [StateQuietHours, { from: '24:00' }, ['from']],
    [StateQuietHours, { to: '8:00' }, ['to']],
    [StateQuietHours, { zone: 'Mars/Olympus' }, ['zone']],
  ])('%p with %j names the bad field', (command, change, fields) =>
    expect(badFields(command, { ...command.example, ...change })).toEqual(fields),
  );
});
