import { Inject, Injectable, type Provider } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DomainError } from '#kernel/errors.js';
import type { Receipt } from '#engine/requests.js';
import { CommandGateway, type Prepared, type Submission } from './command-gateway.js';
import { Metrics } from './metrics.js';
import type { SystemReceipt } from './system-door.js';
import { traced } from './tracing.js';

/** A command on its way over the bus. */
abstract class Message {
  constructor(readonly prepared: Prepared) {}
}
type MessageClass = new (prepared: Prepared) => Message;

/** One message class and one handler class for every command there is, made from the descriptors. */
export function commandHandlers(types: Iterable<string>): { messages: Messages; handlers: readonly Provider[] } {
  const messages = new Map<string, MessageClass>();
  const handlers: Provider[] = [];
  for (const type of types) {
    const OneMessage = { [type]: class extends Message {} }[type] as MessageClass;
    const name = `${type}Handler`;
    const OneHandler = {
      [name]: class implements ICommandHandler<Message, Receipt | SystemReceipt> {
        constructor(private readonly gateway: CommandGateway) {}

        execute({ prepared }: Message): Promise<Receipt | SystemReceipt> {
          return this.gateway.dispatch(prepared);
        }
      },
    }[name] as new (gateway: CommandGateway) => ICommandHandler;
    Inject(CommandGateway)(OneHandler, undefined, 0);
    CommandHandler(OneMessage)(OneHandler);
    messages.set(type, OneMessage);
    handlers.push(OneHandler);
  }
  return { messages: new Messages(messages), handlers };
}

export class Messages {
  constructor(private readonly classes: ReadonlyMap<string, MessageClass>) {}

  of(prepared: Prepared): Message {
    return new (this.classes.get(prepared.type) as MessageClass)(prepared);
  }
}

/** Validates a submission and sends it over the command bus, counted and traced. */
@Injectable()
export class CommandSender {
  constructor(
    private readonly gateway: CommandGateway,
    private readonly bus: CommandBus,
    private readonly messages: Messages,
    private readonly metrics: Metrics,
  ) {}

  /** @throws {DomainError} the refusal; nothing was written */
  async send(submission: Submission): Promise<Receipt | SystemReceipt> {
    const began = performance.now();
    let [type, outcome] = ['unknown', 'server.error'];
    try {
      ({ type } = this.gateway.place(submission.type));
      return await traced(`command ${type}`, { 'patron.command': type }, async () => {
        const receipt = await this.bus.execute<Message, Receipt | SystemReceipt>(
          this.messages.of(this.gateway.prepare(submission)),
        );
        outcome = outcomeOf(receipt);
        return receipt;
      });
    } catch (error) {
      if (error instanceof DomainError) outcome = error.code;
      throw error;
    } finally {
      this.metrics.command(type, outcome, (performance.now() - began) / 1_000);
    }
  }
}

/** True for a receipt of something that this very request brought about. */
export const isNew = (receipt: Receipt | SystemReceipt): boolean =>
  !receipt.dryRun && !receipt.repeated && (receipt.facts.length > 0 || 'clock' in receipt || 'policy' in receipt);

const outcomeOf = (receipt: Receipt | SystemReceipt): string => {
  if (receipt.dryRun) return 'dry_run';
  if (receipt.repeated) return 'repeated';
  return isNew(receipt) ? 'done' : 'unchanged';
};
