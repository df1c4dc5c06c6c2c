import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../bench/statistics.js';
import type { Server } from '../crash/server.js';
import { numberOf, type Mix } from './mix.js';

/** How late a command may be sent by our own doing; it counts as latency, as it is measured from when a command was due. */
const LOOK_MS = 1;
const MOST_UNDER_WAY = 512;
const READ_EVERY = 5;

/** What was answered since the last look; latencies in milliseconds from when a command was due to be sent. */
export interface Answers {
  readonly done: number;
  /** 4xx: such as points that were not there. */
  readonly refused: number;
  /** 5xx, or no answer at all. */
  readonly failed: number;
  readonly p50: number;
  readonly p99: number;
  readonly readP99: number;
}

/** Commands of the mix at a steady rate, and a read beside every fifth. One that comes late counts from its due time. */
export class Load {
  /** Facts that were answered, by the number of their command. */
  readonly facts: Uint8Array;
  private commandMs: number[] = [];
  private readMs: number[] = [];
  private counts = { done: 0, refused: 0, failed: 0 };
  private readonly underWay = new Set<Promise<void>>();
  private stopped = false;

  constructor(
    private readonly server: Server,
    private readonly mix: Mix,
    private readonly ratePerSecond: number,
    seconds: number,
  ) {
    this.facts = new Uint8Array(Math.ceil(ratePerSecond * seconds));
  }

  /** Ends when all were sent and answered, or it was stopped, or the server has ended. */
  async run(): Promise<void> {
    const began = performance.now();
    for (let sent = 0; sent < this.facts.length && !this.stopped && !this.server.hasEnded;) {
      const due = Math.min(this.facts.length, Math.ceil(((performance.now() - began) / 1000) * this.ratePerSecond));
      for (; sent < due && this.underWay.size < MOST_UNDER_WAY; sent += 1) {
        const dueAt = began + (sent / this.ratePerSecond) * 1000;
        this.start(this.command(dueAt));
        if (sent % READ_EVERY === 0) this.start(this.read(sent, dueAt));
      }
      await delay(LOOK_MS);
    }
    await Promise.all(this.underWay);
  }

  /** Nothing more is sent. */
  stop(): void {
    this.stopped = true;
  }

  /** What was answered since it was asked last. */
  take(): Answers {
    const { commandMs, readMs, counts } = this;
    [this.commandMs, this.readMs, this.counts] = [[], [], { done: 0, refused: 0, failed: 0 }];
    const readP99 = percentile(readMs, 0.99);
    return { ...counts, p50: percentile(commandMs, 0.5), p99: percentile(commandMs, 0.99), readP99 };
  }

  private start(work: Promise<void>): void {
    const noted = work.catch(() => void (this.counts.failed += 1)).finally(() => this.underWay.delete(noted));
    this.underWay.add(noted);
  }

  private async command(dueAt: number): Promise<void> {
    const { command, body } = this.mix.next();
    const response = await this.server.send(command, body);
    const { facts = [] } = (await response.json()) as { readonly facts?: readonly unknown[] };
    this.commandMs.push(performance.now() - dueAt);
    this.counts[outcomeOf(response.status)] += 1;
    if (response.ok) this.facts[numberOf(body.commandId) ?? -1] = facts.length;
  }

  private async read(number: number, dueAt: number): Promise<void> {
    const paths = [`/v1/customers/${this.mix.customer()}`, '/v1/read-models/loyalty_balance?sort=-available&limit=10'];
    const response = await this.server.fetch(paths[(number / READ_EVERY) % paths.length] ?? '');
    await response.arrayBuffer();
    this.readMs.push(performance.now() - dueAt);
    if (response.status >= 500) this.counts.failed += 1;
  }
}

const outcomeOf = (status: number): 'done' | 'refused' | 'failed' =>
  status < 300 ? 'done' : status < 500 ? 'refused' : 'failed';
