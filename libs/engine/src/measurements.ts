import type { EventStore } from '#kernel/ports/event-store.js';
import type { Ids } from '#kernel/ports/ids.js';
import type { Instant } from '#kernel/time.js';
import { FoldContext } from './context.js';
import type { MeasuredSide } from './read-side.js';
import type { References } from './references.js';
import type { AnyMeasurement, Registry } from './registry.js';

/** Takes the slices' measurements over whole read models and publishes them as facts. */
export class Measurements {
  constructor(
    private readonly store: EventStore,
    private readonly registry: Registry,
    private readonly references: References,
    private readonly readSide: MeasuredSide,
    private readonly ids: Ids,
  ) {}

  /** Measures the month that ends at `at`, once; waits until the read models are there. */
  async take(at: Instant): Promise<void> {
    for (const measurement of this.registry.measurements) await this.measure(measurement, at);
  }

  private async measure(measurement: AnyMeasurement, at: Instant): Promise<void> {
    const { stream } = measurement;
    const [last] = await this.store.readStream(stream, { backwards: true, limit: 1 });
    if (last !== undefined && last.occurredAt >= at) return;
    const gathered = await this.readSide.gathered(stream, await this.store.head());
    const context = new FoldContext(this.references).turnTo(at, Infinity);
    const { type, version, data } = measurement.publish(gathered, at, context);
    const count = last === undefined ? 0 : last.revision + 1;
    const fact = { type, version, data: data as Record<string, unknown>, occurredAt: at };
    const metadata = { commandId: `measure-${at}`, actor: { kind: 'clock', id: 'patron' } as const };
    await this.store.append(stream, count, [{ id: this.ids.derived(`${stream}\n${at}`), ...fact, metadata }]);
    for (const recorded of await this.store.readStream(stream, { from: count })) this.references.take(recorded);
  }
}
