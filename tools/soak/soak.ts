import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedEventStore } from '#adapters/embedded/embedded-event-store.js';
import { Server } from '../crash/server.js';
import { Load } from './load.js';
import { Mix, numberOf } from './mix.js';
import { sampleOf, type Sample } from './sample.js';
import { trendsOf, type Trend } from './verdict.js';

export interface SoakPlan {
  readonly minutes: number;
  readonly commandsPerSecond: number;
  /** Seconds between two samples. */
  readonly every: number;
  readonly seed: number;
  readonly tell: (sample: Sample) => void;
  /** Ends the server, and with it the soak. */
  readonly signal: AbortSignal;
}

export interface SoakReport {
  readonly samples: readonly Sample[];
  readonly trends: readonly Trend[];
  readonly commands: number;
  readonly facts: number;
  /** Facts that were answered and are not in the log. */
  readonly lost: number;
}

/** A built server on a folder of its own, under a steady load. @throws where it does not start, ends by itself, or is stopped */
export async function soak({ minutes, commandsPerSecond, every, seed, tell, signal }: SoakPlan): Promise<SoakReport> {
  const folder = mkdtempSync(join(tmpdir(), 'patron-soak-'));
  const server = new Server(join(folder, 'data'));
  try {
    await server.start();
    signal.addEventListener('abort', () => void server.end('SIGTERM'));
    const load = new Load(server, new Mix(seed), commandsPerSecond, minutes * 60);
    const samples: Sample[] = [];
    const running = load.run();
    const began = performance.now();
    for (let number = 1; number * every <= minutes * 60; number += 1) {
      await Promise.race([delay(began + number * every * 1000 - performance.now()), server.ended]);
      if (signal.aborted) throw new Error('The soak was stopped before its end.');
      if (server.hasEnded) throw new Error(`The server ended: ${(await server.ended).err.slice(-2_000)}`);
      const sample = await sampleOf(server, (number * every) / 60, load.take());
      samples.push(sample);
      tell(sample);
    }
    await running;
    await server.caughtUp();
    await server.end('SIGTERM');
    return { samples, trends: trendsOf(samples), commands: load.facts.length, ...(await kept(server.data, load)) };
  } finally {
    if (!server.hasEnded) await server.end('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the log holds of what was answered. */
async function kept(folder: string, { facts: answered }: Load): Promise<{ facts: number; lost: number }> {
  const store = await EmbeddedEventStore.open({ folder, mode: 'read' });
  const found = new Uint8Array(answered.length);
  let facts = 0;
  for await (const batch of store.readAll({ batch: 1_000 })) {
    for (const { metadata } of batch.facts) {
      const number = numberOf(metadata.commandId);
      if (number !== undefined) found[number] = (found[number] ?? 0) + 1;
      facts += 1;
    }
  }
  await store.close();
  const lost = answered.reduce((sum, told, number) => sum + Math.max(0, told - (found[number] ?? 0)), 0);
  return { facts, lost };
}
