import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsOptional,
  ValidateBy,
  buildMessage,
} from 'class-validator';
import { CustomerCommand, IsText } from '#kernel/customer.commands.js';
import { isZone } from '#kernel/time.js';
import { CHANNELS, type Channel } from './consent.events.js';
import { isTimeOfDay } from './consent.policy.js';

const rule = (name: string, validate: (value: unknown) => boolean, message: string): PropertyDecorator =>
  ValidateBy({ name, validator: { validate, defaultMessage: buildMessage((each) => `${each}$property ${message}`) } });

const IsTimeOfDay = (): PropertyDecorator => rule('isTimeOfDay', isTimeOfDay, 'must be a time of day, HH:mm');
const IsZone = (): PropertyDecorator => rule('isZone', isZone, 'must be an IANA time zone such as Europe/London');

export class GrantConsent extends CustomerCommand {
  static readonly about = 'A customer allows contacts for a purpose over a channel.';
  static readonly example = {
    ...{ customerId: 'c-1', channel: 'email', purpose: 'marketing', through: 'newsletter form' },
    proof: 'ticked the box on /newsletter, text of March 2026',
  };
  readonly type = 'GrantConsent' as const;
  @IsIn(CHANNELS) channel!: Channel;
  @IsText(50) purpose!: string;
  /** Where it was given; the fact's `source`. */
  @IsText(100) through!: string;
  @IsOptional() @IsText(2_000) proof?: string;
}

export class WithdrawConsent extends CustomerCommand {
  static readonly about =
    'A customer allows no such contacts any more, or says before being asked that none are wanted.';
  static readonly example = { customerId: 'c-1', channel: 'email', purpose: 'marketing', through: 'unsubscribe link' };
  readonly type = 'WithdrawConsent' as const;
  @IsIn(CHANNELS) channel!: Channel;
  @IsText(50) purpose!: string;
  @IsOptional() @IsText(100) through?: string;
  @IsOptional() @IsText(500) reason?: string;
}

export class StateChannelPreference extends CustomerCommand {
  static readonly about = 'The channels a customer likes, best first; none takes the wish back.';
  static readonly example = { customerId: 'c-1', channels: ['email', 'phone'] };
  readonly type = 'StateChannelPreference' as const;
  @IsArray()
  @ArrayMinSize(0)
  @ArrayMaxSize(CHANNELS.length)
  @ArrayUnique()
  @IsIn(CHANNELS, { each: true })
  channels!: readonly Channel[];
}

export class StateQuietHours extends CustomerCommand {
  static readonly about =
    "When a customer is not to be disturbed, on the customer's own clock; equal times mean never.";
  static readonly example = { customerId: 'c-1', from: '21:30', to: '08:00', zone: 'Europe/London' };
  readonly type = 'StateQuietHours' as const;
  @IsTimeOfDay() from!: string;
  @IsTimeOfDay() to!: string;
  @IsZone() zone!: string;
}

export type ConsentCommand = GrantConsent | WithdrawConsent | StateChannelPreference | StateQuietHours;
