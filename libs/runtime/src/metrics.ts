import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Patron } from './patron.js';

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Figures for Prometheus. Nothing personal and nothing unbounded is a label. */
export class Metrics {
  readonly registry = new Registry();
  private readonly commands = new Counter({
    ...{ name: 'patron_commands_total', help: 'Commands by type and outcome (done, unchanged, repeated, or a code).' },
    ...{ labelNames: ['type', 'outcome'], registers: [this.registry] },
  });
  private readonly commandSeconds = this.histogram('patron_command_seconds', 'From validation to receipt.', ['type']);
  private readonly requestSeconds = this.histogram('patron_http_seconds', 'Requests by route and status.', [
    ...['method', 'route', 'status'],
  ]);
  private readonly appendSeconds = this.histogram('patron_append_seconds', 'Appends to the event store.', ['ok']);
  private readonly facts = new Counter({
    ...{ name: 'patron_facts_appended_total', help: 'Facts appended by this process.', registers: [this.registry] },
  });

  /** Those of a few labels that are used for every command: to look them up by an object of labels takes microseconds. */
  private readonly counting = new Map<string, Counter.Internal>();
  private readonly timing = new Map<string, Histogram.Internal<string>>();

  constructor({ store, engine }: Patron) {
    collectDefaultMetrics({ register: this.registry });
    store.onAppend(({ seconds, facts, ok }) => {
      this.timed(this.appendSeconds, String(ok)).observe(seconds);
      if (ok) this.facts.inc(facts);
    });
    this.gauge('patron_appends_under_way', 'Appends not yet answered.', [], (gauge) => gauge.set(store.underWay));
    const { projector } = engine;
    if (projector === undefined) return;
    const labelNames = ['projection'];
    this.gauge('patron_projection_lag', 'Positions not yet folded.', labelNames, async (gauge) => {
      for (const { name, lag } of await projector.status()) gauge.set({ projection: name }, lag);
    });
    this.gauge('patron_projection_parked', 'Parked facts.', labelNames, async (gauge) => {
      for (const { name, parked } of await projector.status()) gauge.set({ projection: name }, parked.length);
    });
  }

  command(type: string, outcome: string, seconds: number): void {
    const key = `${type} ${outcome}`;
    let counter = this.counting.get(key);
    if (counter === undefined) this.counting.set(key, (counter = this.commands.labels(type, outcome)));
    counter.inc();
    this.timed(this.commandSeconds, type).observe(seconds);
  }

  request(method: string, route: string, status: number, seconds: number): void {
    this.timed(this.requestSeconds, method, route, String(status)).observe(seconds);
  }

  private timed(histogram: Histogram, ...labels: readonly string[]): Histogram.Internal<string> {
    const key = labels.join(' ');
    let timer = this.timing.get(key);
    if (timer === undefined) this.timing.set(key, (timer = histogram.labels(...labels)));
    return timer;
  }

  private histogram(name: string, help: string, labelNames: string[]): Histogram {
    return new Histogram({ name, help, labelNames, buckets: SECONDS, registers: [this.registry] });
  }

  private gauge(name: string, help: string, labelNames: string[], collect: (gauge: Gauge) => unknown): Gauge {
    const gauge: Gauge = new Gauge({
      ...{ name, help, labelNames, registers: [this.registry] },
      collect: async () => void (await collect(gauge)),
    });
    return gauge;
  }
}
