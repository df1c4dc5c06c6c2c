import { IsIn, IsOptional } from 'class-validator';
import { CustomerCommand, IsInstant, IsReference, IsText, MoneyInput, Nested } from '#kernel/customer.commands.js';
import type { Instant } from '#kernel/time.js';
import { CHANNELS, type Channel } from '../consent/consent.events.js';
import { DIRECTIONS, type Direction } from './contacts.events.js';

export class RecordContact extends CustomerCommand {
  static readonly about = 'A customer and the company were in touch, or the company tried to be.';
  static readonly example = {
    ...{ customerId: 'c-1', contactId: 'call-17', channel: 'phone', direction: 'inbound', purpose: 'service' },
    ...{ outcome: 'reached', agent: 'kim', subject: 'late parcel' },
  };
  static readonly refers = true;
  readonly type = 'RecordContact' as const;
  /** The caller's name for it: the same again changes nothing. */
  @IsReference() contactId!: string;
  @IsIn(CHANNELS) channel!: Channel;
  @IsIn(DIRECTIONS) direction!: Direction;
  /** One of the purposes of the policy `consent`. */
  @IsText(50) purpose!: string;
  /** One of the outcomes of the policy `contacts`. */
  @IsText(50) outcome!: string;
  @IsOptional() @IsReference() agent?: string;
  @IsOptional() @IsText(100) campaign?: string;
  @IsOptional() @Nested(MoneyInput) cost?: MoneyInput;
  /** The contact, in the other direction, that this one answers. */
  @IsOptional() @IsReference() answers?: string;
  /** The planned revisit that this contact is. */
  @IsOptional() @IsReference() revisitId?: string;
  @IsOptional() @IsText(200) subject?: string;
  @IsOptional() @IsText(4_000) note?: string;
}

export class PlanRevisit extends CustomerCommand {
  static readonly about = 'The customer is to be contacted again from an instant on; missed when nobody does in time.';
  static readonly example = {
    customerId: 'c-1',
    revisitId: 'spring-call',
    dueAt: '2199-03-20T09:00:00Z',
    agent: 'kim',
  };
  readonly type = 'PlanRevisit' as const;
  @IsReference() revisitId!: string;
  @IsInstant() dueAt!: Instant;
  @IsOptional() @IsIn(CHANNELS) channel?: Channel;
  @IsOptional() @IsReference() agent?: string;
  @IsOptional() @IsText(4_000) note?: string;
}

export class CompleteRevisit extends CustomerCommand {
  static readonly about = 'The customer was revisited.';
  static readonly example = { customerId: 'c-1', revisitId: 'spring-call', note: 'all is well' };
  static readonly refers = true;
  readonly type = 'CompleteRevisit' as const;
  @IsReference() revisitId!: string;
  @IsOptional() @IsReference() contactId?: string;
  @IsOptional() @IsText(4_000) note?: string;
}

export class CancelRevisit extends CustomerCommand {
  static readonly about = 'The revisit is not needed any more.';
  static readonly example = { customerId: 'c-1', revisitId: 'spring-call', reason: 'moved abroad' };
  static readonly refers = true;
  readonly type = 'CancelRevisit' as const;
  @IsReference() revisitId!: string;
  @IsOptional() @IsText(500) reason?: string;
}

export type ContactsCommand = RecordContact | PlanRevisit | CompleteRevisit | CancelRevisit;
