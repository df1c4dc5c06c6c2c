import { buildMessage, IsObject, IsOptional, Length, ValidateBy } from 'class-validator';
import { IsReference, IsText } from '#kernel/customer.commands.js';
import { isDayInRange, isInstant } from '#kernel/time.js';

const IsInstantOrDay = (): PropertyDecorator =>
  ValidateBy({
    name: 'isInstantOrDay',
    validator: {
      validate: (value) => isInstant(value) || isDayInRange(value),
      defaultMessage: buildMessage(
        (each) => `${each}$property must be an ISO 8601 instant with a zone, or a day, from 1900 up to 2200`,
      ),
    },
  });

/** A request to the deployment, not to a customer. */
abstract class SystemCommand {
  abstract readonly type: string;
  @IsOptional() @Length(1, 200) @IsText(200) commandId?: string;
}

export class AdvanceClock extends SystemCommand {
  static readonly about = 'Bring business time on to an instant; what time owes up to then is appended.';
  static readonly example = { to: '2026-03-02T00:00:00Z' };
  readonly type = 'AdvanceClock' as const;
  /** An instant, or a day, which means its start in the company's zone. */
  @IsInstantOrDay() to!: string;
}

export class FixClock extends SystemCommand {
  static readonly about = 'Let business time stand still at an instant until it is lifted.';
  static readonly example = { at: '2026-03-02T00:00:00Z' };
  readonly type = 'FixClock' as const;
  @IsInstantOrDay() at!: string;
}

export class LiftClock extends SystemCommand {
  static readonly about = "Let business time follow the machine's clock again.";
  static readonly example = {};
  readonly type = 'LiftClock' as const;
}

export class PublishPolicy extends SystemCommand {
  static readonly about =
    'Publish a new version of a policy, in force for facts from an instant on; now when left out.';
  static readonly example = { name: 'company', rules: { zone: 'Europe/London', currency: 'GBP' } };
  static readonly refers = true;
  readonly type = 'PublishPolicy' as const;
  @IsReference() name!: string;
  @IsObject() rules!: Readonly<Record<string, unknown>>;
  @IsOptional() @IsInstantOrDay() effectiveFrom?: string;
}

export type AnySystemCommand = AdvanceClock | FixClock | LiftClock | PublishPolicy;
export const systemCommands = [AdvanceClock, FixClock, LiftClock, PublishPolicy] as const;
