import { ArrayMaxSize, ArrayMinSize, IsArray, IsOptional } from 'class-validator';
import { CustomerCommand, IsReference, IsText, IsWhole, MoneyInput, Nested } from '#kernel/customer.commands.js';

const MOST_LINES = 500;

export class LineInput {
  /** The caller's name for the line; its number, from 1, when left out. */
  @IsOptional() @IsReference() lineId?: string;
  @IsReference() sku!: string;
  @IsWhole(1, 1_000_000) quantity!: number;
  /** Price of one piece. Either this or `amount`, or both where they agree. */
  @IsOptional() @Nested(MoneyInput) unitPrice?: MoneyInput;
  /** Price of the whole line. */
  @IsOptional() @Nested(MoneyInput) amount?: MoneyInput;
}

export class RecordPurchase extends CustomerCommand {
  static readonly about = 'A customer bought something.';
  static readonly example = {
    customerId: 'c-1',
    at: '2026-03-02T10:15:00Z',
    purchaseId: 'invoice-1001',
    lines: [{ sku: 'mug', quantity: 2, unitPrice: { units: 750, scale: 2, currency: 'GBP' } }],
    channel: 'web',
  };
  readonly type = 'RecordPurchase' as const;
  @IsReference() purchaseId!: string;
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_LINES)
  @Nested(LineInput, { each: true })
  lines?: LineInput[];
  /** Needed where there are no lines; with lines it must be their sum. */
  @IsOptional() @Nested(MoneyInput) total?: MoneyInput;
  @IsOptional() @IsText(50) channel?: string;
  @IsOptional() @IsText(100) campaign?: string;
}

export class AddPurchaseLines extends CustomerCommand {
  static readonly about = 'Lines came to light that belong to a purchase; lines known by their lineId change nothing.';
  static readonly example = {
    customerId: 'c-1',
    purchaseId: 'invoice-1001',
    lines: [{ lineId: '2', sku: 'plate', quantity: 1, amount: { units: 1200, scale: 2, currency: 'GBP' } }],
  };
  static readonly refers = true;
  readonly type = 'AddPurchaseLines' as const;
  @IsReference() purchaseId!: string;
  @IsArray() @ArrayMinSize(1) @ArrayMaxSize(MOST_LINES) @Nested(LineInput, { each: true }) lines!: LineInput[];
}

export class RefundLineInput {
  @IsReference() lineId!: string;
  @IsWhole(1, 1_000_000) quantity!: number;
}

export class RefundPurchase extends CustomerCommand {
  static readonly about = 'Money for a purchase went back: named lines, an amount, or all that is left.';
  static readonly example = {
    customerId: 'c-1',
    purchaseId: 'invoice-1001',
    refundId: 'credit-77',
    lines: [{ lineId: '1', quantity: 1 }],
    reason: 'broken',
  };
  static readonly refers = true;
  readonly type = 'RefundPurchase' as const;
  @IsReference() purchaseId!: string;
  @IsReference() refundId!: string;
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_LINES)
  @Nested(RefundLineInput, { each: true })
  lines?: RefundLineInput[];
  @IsOptional() @Nested(MoneyInput) amount?: MoneyInput;
  @IsOptional() @IsText(500) reason?: string;
}

export class VoidPurchase extends CustomerCommand {
  static readonly about = 'A purchase was recorded by mistake; it never happened.';
  static readonly example = { customerId: 'c-1', purchaseId: 'invoice-1001', reason: 'entered twice' };
  static readonly refers = true;
  readonly type = 'VoidPurchase' as const;
  @IsReference() purchaseId!: string;
  @IsText(500) reason!: string;
}

export type PurchaseCommand = RecordPurchase | AddPurchaseLines | RefundPurchase | VoidPurchase;
