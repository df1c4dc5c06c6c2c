import { canonicalJson } from '#kernel/canonical.js';
import { InvalidRequest, type FieldError } from '#kernel/errors.js';
import type { Actor } from '#kernel/fact.js';
import type { CommandBase } from '#kernel/decider.js';
import { toInstant } from '#kernel/time.js';
import type { CommandRequest, Receipt } from '#engine/requests.js';
import type { Engine } from '#engine/engine.js';
import { NotFound } from '#engine/errors.js';
import type { Part } from '#engine/registry.js';
import { instantiate, type DtoClass } from './dto.js';
import { NotHere } from './errors.js';
import { nearNames } from './near.js';
import { systemCommands, type AnySystemCommand } from './system.commands.js';
import { SystemDoor, type SystemReceipt, type SystemRequest } from './system-door.js';

/** A command as it came from outside. */
export interface Submission {
  readonly type: string;
  readonly body: unknown;
  /** As the transport gave it, such as `Idempotency-Key`; the body may carry it instead. */
  readonly commandId?: string;
  readonly ifMatch?: number;
  readonly dryRun?: boolean;
  readonly actor?: Actor;
  readonly correlationId?: string;
  readonly causationId?: string;
}

/** A command that holds, not yet decided. */
export type Prepared =
  | { readonly type: string; readonly slice: string; readonly request: CommandRequest }
  | { readonly type: string; readonly slice: undefined; readonly request: SystemRequest };

/** Where a command is of: a slice, or the deployment itself. */
export interface CommandPlace {
  readonly type: string;
  readonly command: DtoClass & {
    readonly about: string;
    readonly example: Readonly<Record<string, unknown>>;
    readonly refers?: boolean;
  };
  readonly slice: string | undefined;
  /** Who decides it; undefined for a command to the deployment. */
  readonly part?: Part;
}

/** Ids that the clock process gives to the commands it sends. */
const RESERVED = /^settle\/|\/settle-\d+$/;

/** The one door for commands: plain JSON in, validated as the slice's DTO says, a receipt out. */
export class CommandGateway {
  readonly system: SystemDoor;
  private readonly places = new Map<string, CommandPlace>();

  constructor(
    private readonly engine: Engine,
    private readonly writes = true,
  ) {
    this.system = new SystemDoor(engine);
    for (const command of systemCommands) {
      const type = new command().type;
      this.places.set(type, { type, command, slice: undefined });
    }
    for (const [type, { command, slice }] of engine.registry.commands) {
      if (command.internal === true) continue;
      this.places.set(type, { type, command, slice: slice.name, part: engine.registry.part(slice) });
    }
  }

  /** Every command that may be sent from outside. */
  get commands(): readonly CommandPlace[] {
    return [...this.places.values()];
  }

  /** @throws {NotFound} naming commands that come near */
  place(type: string): CommandPlace {
    const place = this.places.get(type);
    if (place === undefined) throw new NotFound('command', type.slice(0, 100), nearNames(type, this.places.keys()));
    return place;
  }

  /** The command as an instance of its DTO, `at` in its normal form. @throws {InvalidRequest} naming every bad field */
  parse(type: string, body: unknown): CommandBase | AnySystemCommand {
    const { command, slice } = this.place(type);
    const errors: FieldError[] = [];
    const parsed = instantiate(command, body, errors);
    if (errors.length > 0) throw new InvalidRequest(errors);
    if (slice === undefined) return parsed as AnySystemCommand;
    const { at } = parsed as Partial<CommandBase>;
    return Object.assign(parsed as CommandBase, { at: at === undefined ? this.engine.now() : toInstant(at) });
  }

  /** Everything but deciding. @throws {InvalidRequest} @throws {NotFound} */
  prepare(submission: Submission): Prepared {
    const { type, body, ifMatch, dryRun = false, actor, correlationId, causationId } = submission;
    const { slice, part } = this.place(type);
    const command = this.parse(type, body);
    const commandId = this.commandIdOf(submission);
    const by = actor === undefined ? {} : { actor };
    if (slice === undefined || part === undefined) {
      if (ifMatch !== undefined) {
        throw new InvalidRequest([
          { path: 'ifMatch', message: `goes with a command to a customer; ${type} is to none` },
        ]);
      }
      return {
        type,
        slice: undefined,
        request: { commandId, command: command as AnySystemCommand, dryRun, ...by },
      };
    }
    const { source } = command as { readonly source?: string };
    const request: CommandRequest = {
      ...{ commandId, command: command as CommandBase, part, bodyDigest: this.digest(type, body), dryRun, ...by },
      ...(ifMatch !== undefined && { ifMatch }),
      ...(source !== undefined && { source }),
      ...(correlationId !== undefined && { correlationId }),
      ...(causationId !== undefined && { causationId }),
    };
    return { type, slice, request };
  }

  /** @throws {DomainError} the refusal; nothing was written */
  async dispatch(prepared: Prepared): Promise<Receipt | SystemReceipt> {
    if (!this.writes) throw new NotHere('This process only reads; send commands to the one that writes.');
    return prepared.slice === undefined ? this.system.handle(prepared.request) : this.engine.execute(prepared.request);
  }

  /** @throws {DomainError} the refusal; nothing was written */
  async submit(submission: Submission): Promise<Receipt | SystemReceipt> {
    return this.dispatch(this.prepare(submission));
  }

  private commandIdOf({ commandId, body }: Submission): string {
    const own = (body as { readonly commandId?: unknown }).commandId ?? undefined;
    const wrong = (message: string) => new InvalidRequest([{ path: 'commandId', message }]);
    if (commandId !== undefined && own !== undefined && own !== commandId) {
      throw wrong('differs from the one given beside the body (Idempotency-Key)');
    }
    const id = commandId ?? (own as string | undefined);
    if (id === undefined) return this.engine.ids.next();

    if (!/^[^\u0000-\u001f\u007f]{1,200}$/.test(id) || !id.isWellFormed()) {
      throw wrong('must be a text of 1 to 200 characters without control characters');
    }
    if (RESERVED.test(id)) throw wrong('names a command of the clock process');
    return id;
  }

  /** Of the body as received, without its commandId. */
  private digest(type: string, body: unknown): string {
    const received = { ...(body as object), commandId: undefined };
    return this.engine.keys.digest('body', canonicalJson([type, received]));
  }
}
