import type { EventStore } from '#kernel/ports/event-store.js';
import type { Ids } from '#kernel/ports/ids.js';
import type { Measurement } from '#kernel/measurement.js';
import type { Instant } from '#kernel/time.js';
import { FoldContext } from './context.js';
import type { ReadSide } from './read-side.js';
import type { References } from './references.js';
import type { Registry } from './registry.js';

/** Few: documents of a large page outlive the young generation, which made a third of an import's garbage. */
const PAGE = 250;
type AnyMeasurement = Measurement<unknown, unknown>;

/** Takes the slices' measurements over whole read models and publishes them as facts. */
export class Measurements {
  constructor(
    private readonly store: EventStore,
    private readonly registry: Registry,
    private readonly references: References,
    private readonly readSide: ReadSide,
    private readonly ids: Ids,
  ) {}

  /** Measures the month that ends at `at`, once; waits until the read models are there. */
  async take(at: Instant): Promise<void> {
    for (const { measurements = [] } of this.registry.slices) {
      for (const measurement of measurements as unknown as readonly AnyMeasurement[])
        await this.measure(measurement, at);
    }
  }

  private async measure(measurement: AnyMeasurement, at: Instant): Promise<void> {
    const { stream, model } = measurement;
    const [last] = await this.store.readStream(stream, { backwards: true, limit: 1 });
    if (last !== undefined && last.occurredAt >= at) return;
    await this.readSide.caughtUp(model, await this.store.head());
    const gathered = measurement.gather();
    const source = await this.readSide.model(model);
    for (let afterKey = ''; ;) {
      const page = await source.scan(afterKey, PAGE);
      for (const { doc } of page) measurement.add(gathered, doc);
      afterKey = page.at(-1)?.key ?? '';
      if (page.length < PAGE) break;
    }
    const context = new FoldContext(this.references).turnTo(at, Infinity);
    const { type, version, data } = measurement.publish(gathered, at, context);
    const count = last === undefined ? 0 : last.revision + 1;
    const fact = { type, version, data: data as Record<string, unknown>, occurredAt: at };
    const metadata = { commandId: `measure-${at}`, actor: { kind: 'clock', id: 'patron' } as const };
    await this.store.append(stream, count, [{ id: this.ids.derived(`${stream}\n${at}`), ...fact, metadata }]);
    for (const recorded of await this.store.readStream(stream, { from: count })) this.references.take(recorded);
  }
}
