import { companyPolicy } from '#kernel/company.policy.js';
import type { Actor } from '#kernel/fact.js';
import { WrongExpectedRevision, type EventStore } from '#kernel/ports/event-store.js';
import type { Clock } from '#kernel/ports/clock.js';
import type { Ids } from '#kernel/ports/ids.js';
import { SETTLEMENTS, SettlementsRescheduled } from '#kernel/system.events.js';
import { dayOf, firstOfMonth, plusHours, plusMonths, startOfDay, type Instant } from '#kernel/time.js';
import type { Calendar } from './calendar.js';
import { FoldContext } from './context.js';
import type { Customers } from './customers.js';
import type { DueIndex } from './due-index.js';
import { UnreadableHistory } from './errors.js';
import type { Identities } from './identities.js';
import type { Measurements } from './measurements.js';
import type { ReadSide } from './read-side.js';
import type { References } from './references.js';
import type { Registry } from './registry.js';
import type { SecondHalves } from './second-halves.js';
import { followUpsPending, identityMap, settlementDue } from './system.projections.js';

/** Customers settled side by side: their facts share commits. With more, what each makes outlives the young generation. */
const AT_ONCE = 32;
const RESCHEDULED_PER_FACT = 500;
/** Over a longer gap, as when an old history is served today, only the last month's end is measured. */
const MOST_MONTH_ENDS = 24;
const ORPHAN_AFTER_HOURS = 1;
/** How long a tick waits for the projections of another process before it gives up, to be tried again. */
const PATIENCE_MS = 30_000;
const CLOCK: Actor = { kind: 'clock', id: 'patron' };

export interface TimekeeperDeps {
  readonly store: EventStore;
  readonly registry: Registry;
  readonly references: References;
  readonly calendar: Calendar;
  readonly customers: Customers;
  readonly identities: Identities;
  readonly readSide: ReadSide;
  readonly due: DueIndex;
  readonly secondHalves: SecondHalves;
  readonly measurements: Measurements;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** The clock process: moves business time on, and sees to it that what time owes is appended. */
export class Timekeeper {
  private running: Promise<unknown> = Promise.resolve();
  private readonly context: FoldContext;
  private knowing = false;

  constructor(private readonly deps: TimekeeperDeps) {
    this.context = new FoldContext(deps.references);
  }

  /** Brings business time to `to`, month end by month end. Calls wait for each other. */
  advanceTo(to: Instant, actor: Actor = CLOCK): Promise<void> {
    const mine = this.running.then(
      () => this.advance(to, actor),
      () => this.advance(to, actor),
    );
    this.running = mine;
    return mine;
  }

  private async advance(to: Instant, actor: Actor): Promise<void> {
    const { calendar, measurements } = this.deps;
    await this.knowWhoIsDue();
    for (const monthStart of this.monthStarts(calendar.to, to)) {
      await this.step(monthStart, actor);
      await measurements.take(monthStart);
    }
    await this.step(to, actor);
    await this.releaseOrphans();
    await this.deps.secondHalves.sendAll(); // one that fails now is tried again at the next tick
  }

  /** The indexes of due instants and of halves must first hold what was appended before this process began. */
  private async knowWhoIsDue(): Promise<void> {
    if (this.knowing) return;
    const head = await this.deps.store.head();
    for (const { name } of [settlementDue, followUpsPending])
      await this.deps.readSide.caughtUp(name, head, PATIENCE_MS);
    this.knowing = true;
  }

  private async step(to: Instant, actor: Actor): Promise<void> {
    const { calendar, references, due } = this.deps;
    const from = calendar.to;
    await calendar.advance(to, actor);
    await this.settle(await due.upTo(calendar.to), calendar.to);
    due.settled(calendar.to);
    if (references.changesBetween(from, calendar.to)) await this.reschedule(await due.upTo());
  }

  private async settle(due: ReadonlyMap<string, Instant>, at: Instant): Promise<void> {
    const stale = new Map<string, Instant>();
    await inParallel([...due], async ([customerId, dueAt]) => {
      const commandId = `settle/${at}`;
      const command = { type: 'Settle', customerId, at };
      const { facts } = await this.deps.customers.handle({ commandId, command, part: null, actor: CLOCK });
      if (facts.length === 0) stale.set(customerId, dueAt);
    });
    await this.reschedule(stale);
  }

  /** Publishes when customers are due now, where that is another instant than the index knows. */
  private async reschedule(known: ReadonlyMap<string, Instant>): Promise<void> {
    const { customers, calendar, due } = this.deps;
    const moved: { readonly customerId: string; readonly dueAt: Instant | null }[] = [];
    await inParallel([...known], async ([customerId, knownDue]) => {
      const dueAt = await customers.current(customerId, (customer) => {
        customer.dueAt = customer.dues.earliest(customer.states, calendar.to, this.context);
        return customer.dueAt;
      });
      if (dueAt !== knownDue) moved.push({ customerId, dueAt });
    });
    moved.sort((a, b) => (a.customerId < b.customerId ? -1 : 1));
    for (let start = 0; start < moved.length; start += RESCHEDULED_PER_FACT) {
      const chunk = moved.slice(start, start + RESCHEDULED_PER_FACT);
      const position = await this.publish(chunk);
      for (const { customerId, dueAt } of chunk) due.note(customerId, dueAt, position);
    }
  }

  private async publish(customers: readonly { customerId: string; dueAt: Instant | null }[]): Promise<number> {
    const { store, ids, calendar } = this.deps;
    const { type, version, data } = SettlementsRescheduled({ customers });
    for (;;) {
      const [last] = await store.readStream(SETTLEMENTS, { backwards: true, limit: 1 });
      const count = last === undefined ? 0 : last.revision + 1;
      const id = ids.derived(`${SETTLEMENTS}\n${count}`);
      const metadata = { commandId: `reschedule-${count}`, actor: CLOCK };
      try {
        const fact = { id, type, version, occurredAt: calendar.to, data: { ...data }, metadata };
        return (await store.append(SETTLEMENTS, count, [fact])).position;
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
      }
    }
  }

  /** Frees identities whose claim or release lost its other half in a crash. */
  private async releaseOrphans(): Promise<void> {
    const { readSide, identities, customers, clock } = this.deps;
    const before = plusHours(clock.now(), -ORPHAN_AFTER_HOURS);
    const claims = await readSide.model(identityMap.name);
    const range = { gte: '', lte: before };
    const pending = await claims.find({ index: { pendingSince: 1 }, range, limit: 1_000 });
    for (const { key: identity, doc } of pending) {
      const customerId = String(doc?.['customerId']);
      const freed = customers.current(customerId, async (customer) => {
        if (!customer.identities.has(identity)) await identities.giveBack(customerId, identity);
      });
      await unlessUnreadable(freed);
    }
  }

  private monthStarts(from: Instant, to: Instant): readonly Instant[] {
    const { zone } = this.context.turnTo(to, Infinity).policy(companyPolicy);
    const starts: Instant[] = [];
    let month = firstOfMonth(dayOf(to, zone));
    // `from` itself, too: a crash may have come between reaching it and measuring; measuring twice changes nothing
    while (starts.length < MOST_MONTH_ENDS && startOfDay(month, zone) >= from) {
      starts.unshift(startOfDay(month, zone));
      month = plusMonths(month, -1);
    }
    return starts.length < MOST_MONTH_ENDS ? starts : starts.slice(-1);
  }
}

/** A customer whose history cannot be read waits; the clock goes on for the others. */
async function unlessUnreadable(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof UnreadableHistory)) throw error;
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async (): Promise<void> => {
    for (const item of rest) await unlessUnreadable(work(item));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
