import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Server } from '../crash/server.js';
import { Load } from '../soak/load.js';
import { Mix } from '../soak/mix.js';
import { withServer } from './http.js';
import { timed, type Figure, type Measure } from './measure.js';
import { folded } from './scale.js';
import { several, storeOf } from './stores.js';

const RATE = 200;
const MOST_SECONDS = 3_600;
const WARM_UP_MS = 15_000;
const QUIET_MS = 30_000;
/** Where not all are rebuilt by then, those that were must do. */
const MOST_MS = 120_000;
const LOOK_MS = 250;

interface Standing {
  readonly name: string;
  readonly rebuild?: { readonly state: string; readonly share: number };
}

/** All read models of a server, in one pass, as `patron projections rebuild --all --server` does, for so long; which share of it. */
async function rebuildAll(server: Server): Promise<number> {
  const began = performance.now();
  const begun = await server.fetch('/v1/projections/rebuild', { method: 'POST' });
  if (!begun.ok) throw new Error(`They are not rebuilt: ${await begun.text()}`);
  await begun.arrayBuffer();
  for (;;) {
    await delay(LOOK_MS);
    const { items } = (await (await server.fetch('/v1/projections')).json()) as { items: readonly Standing[] };
    const [rebuild] = items.flatMap((one) => one.rebuild ?? []);
    if (rebuild?.state !== 'running') return rebuild?.state === 'done' ? 1 : NaN;
    if (performance.now() - began > MOST_MS) return rebuild.share;
  }
}

async function beside(server: Server): Promise<Figure> {
  const load = new Load(server, new Mix(1), RATE, MOST_SECONDS);
  const running = load.run();
  await delay(WARM_UP_MS);
  load.take();
  await delay(QUIET_MS);
  const quiet = load.take();
  let rebuilt = 0;
  const seconds = await timed(async () => (rebuilt = await rebuildAll(server)));
  const busy = load.take();
  load.stop();
  await running;
  if (quiet.failed + busy.failed > 0) throw new Error(`${quiet.failed + busy.failed} requests failed.`);
  const p50s = { 'quiet p50 ms': quiet.p50, 'p50 ms': busy.p50 };
  return { value: busy.p99, limit: quiet.p99, beside: { ...p50s, rebuilt, 'in s': seconds, commands: busy.done } };
}

export const live: Measure = {
  name: 'live',
  about: `commands/s ${RATE} to a server of 290,000 facts that rebuilds all its read models for up to two minutes: their p99; limit: their p99 before`,
  ...{ unit: 'ms', long: true },
  wanted: { ratio: 3, at: 'most' },
  run: async (folder) => {
    const generated = await storeOf(several);
    for (const side of ['', '.keys']) cpSync(generated + side, join(folder, `data${side}`), { recursive: true });
    await folded(join(folder, 'data'));
    return withServer(folder, beside);
  },
};
