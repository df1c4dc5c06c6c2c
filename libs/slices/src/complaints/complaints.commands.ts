import { IsIn, IsOptional } from 'class-validator';
import { CustomerCommand, IsReference, IsText, IsWhole, MoneyInput, Nested } from '#kernel/customer.commands.js';
import { PRIORITIES, type Priority } from './complaints.events.js';

const MOST_TEXT = 20_000;

export class RaiseComplaint extends CustomerCommand {
  static readonly about = 'A customer complains.';
  static readonly example = {
    customerId: 'c-1',
    at: '2026-03-02T10:15:00Z',
    complaintId: 'case-1',
    cause: 'late parcel',
    priority: 'high',
    channel: 'phone',
    purchaseId: 'invoice-1001',
    text: 'It was to come on Friday.',
  };
  readonly type = 'RaiseComplaint' as const;
  @IsReference() complaintId!: string;
  /** From a short list of the company's; the policy may hold it. */
  @IsText(100) cause!: string;
  /** `normal` when left out. */
  @IsOptional() @IsIn(PRIORITIES) priority?: Priority;
  @IsText(50) channel!: string;
  /** The purchase it is about. */
  @IsOptional() @IsReference() purchaseId?: string;
  /** The customer's own words: sealed, and not compared where the same complaint is raised again. */
  @IsOptional() @IsText(MOST_TEXT) text?: string;
}

export class AssignComplaint extends CustomerCommand {
  static readonly about = 'Somebody is to see to an open complaint.';
  static readonly example = { customerId: 'c-1', complaintId: 'case-1', agent: 'agent-7' };
  static readonly refers = true;
  readonly type = 'AssignComplaint' as const;
  @IsReference() complaintId!: string;
  @IsReference() agent!: string;
}

export class RespondToComplaint extends CustomerCommand {
  static readonly about = 'The customer was answered; the first answer of an opening keeps its first promise.';
  static readonly example = { customerId: 'c-1', complaintId: 'case-1', responseId: 'mail-1', channel: 'e-mail' };
  static readonly refers = true;
  readonly type = 'RespondToComplaint' as const;
  @IsReference() complaintId!: string;
  /** The caller's name for the answer: the same again changes nothing. */
  @IsReference() responseId!: string;
  @IsOptional() @IsText(50) channel?: string;
  @IsOptional() @IsReference() agent?: string;
  @IsOptional() @IsText(MOST_TEXT) note?: string;
}

export class RemedyInput {
  /** Such as apology, refund, replacement, points; the policy may hold a list. */
  @IsText(50) kind!: string;
  @IsOptional() @Nested(MoneyInput) amount?: MoneyInput;
  @IsOptional() @IsWhole(1, 1_000_000_000) points?: number;
}

export class ResolveComplaint extends CustomerCommand {
  static readonly about = 'The complaint was put right, or all was done that will be done; pays nothing itself.';
  static readonly example = {
    customerId: 'c-1',
    complaintId: 'case-1',
    remedy: { kind: 'refund', amount: { units: 1500, scale: 2, currency: 'GBP' } },
    note: 'Refunded the delivery.',
  };
  static readonly refers = true;
  readonly type = 'ResolveComplaint' as const;
  @IsReference() complaintId!: string;
  @Nested(RemedyInput) remedy!: RemedyInput;
  @IsOptional() @IsText(MOST_TEXT) note?: string;
}

export class CloseComplaint extends CustomerCommand {
  static readonly about = 'A resolved complaint is put away.';
  static readonly example = { customerId: 'c-1', complaintId: 'case-1' };
  static readonly refers = true;
  readonly type = 'CloseComplaint' as const;
  @IsReference() complaintId!: string;
}

export class ReopenComplaint extends CustomerCommand {
  static readonly about = 'The resolution did not hold: the complaint is open again, with new due times.';
  static readonly example = { customerId: 'c-1', complaintId: 'case-1', reason: 'replacement broken too' };
  static readonly refers = true;
  readonly type = 'ReopenComplaint' as const;
  @IsReference() complaintId!: string;
  /** A short word for the statistics, not the customer's text: it is not sealed. */
  @IsText(200) reason!: string;
}

export type ComplaintCommand =
  RaiseComplaint | AssignComplaint | RespondToComplaint | ResolveComplaint | CloseComplaint | ReopenComplaint;
