import { IsOptional } from 'class-validator';
import { CustomerCommand, IsReference, IsText } from '#kernel/customer.commands.js';

export class AcknowledgeAlert extends CustomerCommand {
  static readonly about = 'Say that somebody has seen an alert and will see to it.';
  static readonly example = { customerId: 'c-1', episodeId: 'silent-1', agent: 'maria' };
  static readonly refers = true;
  readonly type = 'AcknowledgeAlert' as const;
  @IsReference() episodeId!: string;
  @IsOptional() @IsText(100) agent?: string;
}

export class RecordRetentionAction extends CustomerCommand {
  static readonly about = 'Say what was done about an alert; the policy says which alerts that clears.';
  static readonly example = {
    ...{ customerId: 'c-1', episodeId: 'silent-1', actionId: 'call-77', action: 'call', channel: 'phone' },
    note: 'was on holiday, comes in on Friday',
  };
  static readonly refers = true;
  readonly type = 'RecordRetentionAction' as const;
  @IsReference() episodeId!: string;
  /** The caller's name for it: the same again changes nothing. */
  @IsReference() actionId!: string;
  /** One of the policy's actions. */
  @IsText(50) action!: string;
  @IsOptional() @IsText(50) channel?: string;
  @IsOptional() @IsText(100) agent?: string;
  @IsOptional() @IsText(2_000) note?: string;
}

export class CloseAlert extends CustomerCommand {
  static readonly about = 'Put an alert away; its cause does not raise it again.';
  static readonly example = { customerId: 'c-1', episodeId: 'silent-1', outcome: 'lost' };
  static readonly refers = true;
  readonly type = 'CloseAlert' as const;
  @IsReference() episodeId!: string;
  /** One of the policy's outcomes. */
  @IsText(50) outcome!: string;
}

export type RetentionCommand = AcknowledgeAlert | RecordRetentionAction | CloseAlert;
