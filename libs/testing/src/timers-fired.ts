import { createHook } from 'node:async_hooks';

/**
 * How many timers fire while work runs, whoever set them by whatever call. Who naps between two pieces of work is found out
 * by it on a machine of any speed.
 */
export async function timersFired(work: () => Promise<unknown>): Promise<number> {
  const timers = new Set<number>();
  let fired = 0;
  const hook = createHook({
    init: (id, type) => void (type === 'Timeout' && timers.add(id)),
    before: (id) => void (fired += timers.has(id) ? 1 : 0),
  });
  hook.enable();
  try {
    await work();
  } finally {
    hook.disable();
  }
  return fired;
}
