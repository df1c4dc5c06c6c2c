import { InvalidRequest } from '#kernel/errors.js';
import { startOfDay } from '#kernel/time.js';
import { loadConfig } from '#runtime/config.js';
import { Exit } from '#runtime/exit.js';
import { RemoteAccess } from '../access/remote.js';
import { planOf, type DemoPlan } from '../demo/story.js';
import { summaryOf } from '../demo/summary.js';
import { tell } from '../demo/tell.js';
import { defineCommand } from '../frame/define-command.js';
import { ProgressLine } from '../frame/progress.js';
import type { World } from '../frame/world.js';

const MOST_CUSTOMERS = 100_000;
/** Nobody reads while the story is told: projections may wait for more facts before they write. */
const LINGER_MS = 3_000;

export const demo = defineCommand({
  usage: 'patron demo',
  about:
    'Play a year and a half of a small shop through the write path, show what became of its customers, and keep serving.',
  example: 'patron demo --seed 7 --customers 500 --no-serve',
  args: [],
  flags: {
    seed: { value: 'number', about: 'Which story is told; 1 by default. The same seed tells the same story.' },
    customers: { value: 'number', about: 'How many customers it has; 2,000 by default.' },
    data: {
      value: 'folder',
      about: 'Where it is kept (default ./patron-data-demo-<seed>-<customers>); run again, it adds nothing.',
    },
    port: { value: 'port', about: 'Where it then listens; 4600 by default, 0 for any that is free.' },
    noServe: { about: 'End after the summary.' },
  },
  async run({ flags }, world) {
    const plan = planOf(
      whole(flags.seed, 'seed', 1, 0, 2 ** 31),
      whole(flags.customers, 'customers', 2_000, 1, MOST_CUSTOMERS),
    );
    const data = flags.data ?? `patron-data-demo-${plan.seed}-${plan.customers}`;
    if (!(await told(plan, data, world))) return Exit.failed;
    const port = flags.noServe ? '0' : flags.port;
    const config = loadConfig({
      flags: { data, port, clock: startOfDay(plan.to, plan.zone), logLevel: 'warn' },
      env: world.env,
    });
    const { serve } = await import('../../../server/src/serve.js'); // Nest is loaded only where it is used
    const server = await serve(config, { out: () => undefined, err: world.err }, { thread: true });
    try {
      const { secret } = server.patron.tokens.create({ name: `demo-${Date.now()}`, role: 'admin' });
      for (const line of await summaryOf(new RemoteAccess(server.url, secret), world.terminal)) world.out(line);
      if (flags.noServe) return Exit.ok;
      world.out(`\nServing it on ${server.url} until Ctrl-C. Its token:\n  ${secret}\nTry:`);
      world.out(`  curl -H 'Authorization: Bearer ${secret}' ${server.url}/v1/customers/demo-${plan.seed}-00001`);
      await until(world.signal);
      return Exit.ok;
    } finally {
      await server.close();
    }
  },
});

/** The story through the write path; false when it was broken off. */
async function told(plan: DemoPlan, data: string, world: World): Promise<boolean> {
  world.err(`${plan.customers.toLocaleString('en-US')} customers, ${plan.from} to ${plan.to}, into ${data}`);
  const config = loadConfig({ flags: { data }, env: world.env });
  const { openPatron } = await import('#runtime/patron.js');
  const { DirectAccess } = await import('../access/direct.js');
  const access = DirectAccess.on(await openPatron(config, { mode: 'write', lingerMs: LINGER_MS, thread: true }));
  const line = new ProgressLine(world.terminal, world.errText);
  try {
    const started = performance.now();
    const { done, repeated, refused } = await tell(plan, access, {
      tell: (share, sent) => line.show('playing', share, sent, 'commands'),
      signal: world.signal,
    });
    line.clear();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const refusals = Object.entries(refused).map(([code, count]) => `, ${count} refused (${code})`);
    world.err(
      `${done.toLocaleString('en-US')} done, ${repeated.toLocaleString('en-US')} done before${refusals.join('')}, in ${seconds} s`,
    );
    return !world.signal.aborted;
  } finally {
    line.clear();
    await access.close();
  }
}

const until = (signal: AbortSignal): Promise<void> =>
  signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

function whole(given: string | undefined, name: string, usual: number, least: number, most: number): number {
  const value = given === undefined ? usual : Number(given);
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new InvalidRequest([{ path: `--${name}`, message: `must be a whole number from ${least} to ${most}` }]);
  }
  return value;
}
