import { canonicalJson } from '#kernel/canonical.js';
import { companyPolicy } from '#kernel/company.policy.js';
import type { Actor } from '#kernel/fact.js';
import { isDay, startOfDay, toInstant, type Instant } from '#kernel/time.js';
import type { Receipt } from '#engine/requests.js';
import type { Engine } from '#engine/engine.js';
import type { PolicyVersion } from '#engine/references.js';
import { Queues } from '#engine/queue.js';
import type { AnySystemCommand } from './system.commands.js';

export interface ClockState {
  /** Business time now. */
  readonly now: Instant;
  /** How far business time has come. */
  readonly to: Instant;
  /** Where it stands still; null where it runs. */
  readonly fixedAt: Instant | null;
  readonly zone: string;
}

/** What a command to the deployment is answered with: a receipt, and what it changed. */
export interface SystemReceipt extends Receipt {
  readonly clock?: ClockState;
  readonly policy?: { readonly name: string; readonly version: number; readonly effectiveFrom: Instant };
}

export interface SystemRequest {
  readonly commandId: string;
  readonly command: AnySystemCommand;
  readonly dryRun: boolean;
  readonly actor?: Actor;
}

type Done = Pick<SystemReceipt, 'repeated' | 'clock' | 'policy'>;

/** Commands to the deployment, one after the other. Each of them sent again changes nothing; a policy is also known by its commandId. */
export class SystemDoor {
  private readonly turns = new Queues();

  constructor(private readonly engine: Engine) {}

  handle(request: SystemRequest): Promise<SystemReceipt> {
    return this.turns.run('', async () => {
      const { commandId, dryRun, command } = request;
      const done = await (command.type === 'PublishPolicy'
        ? this.publish(command, request)
        : this.turn(command, request));
      const position = await this.engine.store.head();
      return { commandId, customerId: '', revision: -1, position, facts: [], dryRun, ...done };
    });
  }

  clock(): ClockState {
    const { calendar } = this.engine;
    return { now: calendar.now(), to: calendar.to, fixedAt: calendar.fixedAt, zone: zoneOf(this.engine) };
  }

  private async turn(
    command: Exclude<AnySystemCommand, { type: 'PublishPolicy' }>,
    request: SystemRequest,
  ): Promise<Done> {
    const { calendar, timekeeper } = this.engine;
    const { dryRun, actor } = request;
    const before = [calendar.to, calendar.fixedAt];
    if (!dryRun && command.type === 'AdvanceClock') {
      await timekeeper.advanceTo(instantIn(this.engine, command.to, 'to'), actor);
    } else if (!dryRun && command.type === 'FixClock') {
      await fixClock(this.engine, instantIn(this.engine, command.at, 'at'), actor);
    } else if (!dryRun) {
      await calendar.lift(actor);
    }
    const repeated = !dryRun && before[0] === calendar.to && before[1] === calendar.fixedAt;
    return { repeated, clock: this.clock() };
  }

  private async publish(
    { name, rules, effectiveFrom }: Extract<AnySystemCommand, { type: 'PublishPolicy' }>,
    request: SystemRequest,
  ): Promise<Done> {
    const { policies } = this.engine;
    const { commandId, dryRun, actor } = request;
    const newest = policies.versions(name).at(-1);
    const from = effectiveFrom === undefined ? undefined : instantIn(this.engine, effectiveFrom, 'effectiveFrom');
    const parsed = policies.parsed(name, rules); // only what holds has a digest
    const bodyDigest = this.engine.keys.digest('body', canonicalJson([name, effectiveFrom ?? null, parsed]));
    const done = policies.publishedBy(name, { commandId, bodyDigest });
    if (done !== undefined) return { repeated: true, policy: told(done) };
    if (newest !== undefined && (from === undefined || from === newest.effectiveFrom)) {
      const {
        version: _,
        effectiveFrom: __,
        ...published
      } = newest.rules as PolicyVersion['rules'] & { effectiveFrom?: Instant };
      const same = canonicalJson(published) === canonicalJson(parsed);
      if (same) return { repeated: true, policy: told(newest) };
    }
    const next = { name, effectiveFrom: from ?? this.engine.now() };
    if (dryRun) return { repeated: false, policy: { ...next, version: (newest?.version ?? 0) + 1 } };
    const by = { request: { commandId, bodyDigest }, ...(actor !== undefined && { actor }) };
    return { repeated: false, policy: told(await policies.publish({ ...next, rules, ...by })) };
  }
}

const told = ({ name, version, effectiveFrom }: PolicyVersion) => ({ name, version, effectiveFrom });

/** Lets business time stand still at an instant, and appends what time owes up to then. */
export async function fixClock({ calendar, timekeeper }: Engine, at: Instant, actor?: Actor): Promise<void> {
  if (at > calendar.to) await timekeeper.advanceTo(at, actor);
  await calendar.fix(at, actor);
}

export const zoneOf = ({ policies, calendar }: Engine): string => {
  const known = policies.versions(companyPolicy.name);
  const inForce = known.findLast(({ effectiveFrom }) => effectiveFrom <= calendar.now()) ?? known.at(-1);
  return (inForce?.rules as { readonly zone?: string } | undefined)?.zone ?? companyPolicy.defaults.zone;
};

/** A day means its start in the company's zone. @throws {InvalidRequest} naming `path` */
export const instantIn = (engine: Engine, text: string, path: string): Instant =>
  toInstant(isDay(text) ? startOfDay(text, zoneOf(engine)) : text, path);
