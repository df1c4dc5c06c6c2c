import type { EventDefinition } from '#kernel/event.js';
import { UnreadableBody } from '#kernel/errors.js';
import type { Actor, Recorded } from '#kernel/fact.js';
import type { Clock } from '#kernel/ports/clock.js';
import { WrongExpectedRevision, type EventStore } from '#kernel/ports/event-store.js';
import type { Ids } from '#kernel/ports/ids.js';
import { CALENDAR, ClockAdvanced, ClockFixed, ClockLifted } from '#kernel/system.events.js';
import { EARLIEST, type Instant } from '#kernel/time.js';
import { ClockWouldFall, UnreadableShared } from './errors.js';
import { Queues } from './queue.js';

type ClockEvent = EventDefinition<string, { readonly to: Instant; readonly fixedAt: Instant | null }>;

/** Business time as the facts say: how far it has come, and whether it stands still. */
export class Calendar {
  private count = 0;
  private reached: Instant = EARLIEST;
  private fixed: Instant | null = null;
  /** The latest that the machine's clock said to this process. */
  private latest: Instant = EARLIEST;
  private unreadable: UnreadableShared | undefined;
  private readonly turn = new Queues();

  private constructor(
    private readonly store: EventStore,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  static async open(store: EventStore, clock: Clock, ids: Ids): Promise<Calendar> {
    const calendar = new Calendar(store, clock, ids);
    await calendar.reload().catch((error: unknown) => {
      if (!(error instanceof UnreadableShared)) throw error;
      calendar.unreadable = error; // whoever asks for the time is told; who only shows what is there need not ask
    });
    return calendar;
  }

  /** @throws {UnreadableShared} where the newest fact of the calendar cannot be read */
  throwIfUnreadable(): void {
    if (this.unreadable !== undefined) throw this.unreadable;
  }

  /**
   * Business time now: where it was fixed, else the machine's time, and never before what was reached. Where the machine's
   * clock jumps back it stands still until that has caught up; a restart asks the machine again.
   */
  now(): Instant {
    this.throwIfUnreadable();
    if (this.fixed !== null) return this.fixed;
    const now = this.clock.now();
    if (now > this.latest) this.latest = now;
    return this.latest > this.reached ? this.latest : this.reached;
  }

  /** How far business time has come. */
  get to(): Instant {
    this.throwIfUnreadable();
    return this.reached;
  }

  get fixedAt(): Instant | null {
    return this.fixed;
  }

  /** Moves business time on, and a clock that stands still with it; the position of the fact, or undefined when it was there already. */
  advance(to: Instant, actor?: Actor): Promise<number | undefined> {
    return this.append(ClockAdvanced as ClockEvent, to, actor, () => {
      if (to <= this.reached) return undefined;
      return this.fixed !== null && to > this.fixed ? to : this.fixed;
    });
  }

  /** Lets business time stand still. @throws {ClockWouldFall} before what was reached */
  fix(at: Instant, actor?: Actor): Promise<number | undefined> {
    return this.append(ClockFixed as ClockEvent, at, actor, () => {
      if (at < this.reached) throw new ClockWouldFall(at, this.reached);
      return this.fixed === at ? undefined : at;
    });
  }

  /** Lets business time run again. */
  lift(actor?: Actor): Promise<number | undefined> {
    return this.append(ClockLifted as ClockEvent, undefined, actor, () => (this.fixed === null ? undefined : null));
  }

  /** `decide` gives where the clock then stands, or undefined when there is nothing to append. */
  private append(
    event: ClockEvent,
    wanted: Instant | undefined,
    actor: Actor | undefined,
    decide: () => Instant | null | undefined,
  ): Promise<number | undefined> {
    return this.turn.run(CALENDAR, async () => {
      for (;;) {
        const fixedAt = decide();
        if (fixedAt === undefined) return undefined;
        const to = wanted ?? this.reached;
        const { type, version, data } = event({ to, fixedAt });
        const id = this.ids.derived(`${CALENDAR}\n${this.count}\n${type}\n${to}`);
        const metadata = { commandId: `${type}-${this.count}`, ...(actor !== undefined && { actor }) };
        try {
          const proposed = { id, type, version, occurredAt: to, data: { ...data }, metadata };
          const { position } = await this.store.append(CALENDAR, this.count, [proposed]);
          this.count += 1;
          [this.reached, this.fixed] = [to, fixedAt];
          return position;
        } catch (error) {
          if (!(error instanceof WrongExpectedRevision)) throw error;
          await this.reload();
        }
      }
    });
  }

  private async reload(): Promise<void> {
    const [last] = await this.store.readStream(CALENDAR, { backwards: true, limit: 1 });
    if (last === undefined) return;
    const { to, fixedAt } = said(last);
    this.count = last.revision + 1;
    this.reached = to;
    this.fixed = fixedAt;
  }
}

const EVENTS: readonly ClockEvent[] = [
  ClockAdvanced as ClockEvent,
  ClockFixed as ClockEvent,
  ClockLifted as ClockEvent,
];

/** @throws {UnreadableShared} */
function said(fact: Recorded): ReturnType<ClockEvent['read']> {
  try {
    const event = EVENTS.find(({ type }) => type === fact.type);
    if (event === undefined) throw new UnreadableBody('its type says nothing of time to this program.');
    return event.read(fact.version, fact.data);
  } catch (error) {
    throw new UnreadableShared(fact, error);
  }
}
