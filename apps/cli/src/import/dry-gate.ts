import { companyPolicy } from '#kernel/company.policy.js';
import { EARLIEST, LATEST } from '#kernel/time.js';
import type { Gate } from './gate.js';
import { FACT_OF } from './steps.js';

/** Takes every command as accepted and keeps nothing: what a dry run sends to. */
export const dryGate = (): Gate => ({
  send: (type) =>
    Promise.resolve({ ok: true, repeated: false, position: 0, facts: [{ type: factOf(type), data: { lines: [] } }] }),
  clock: () => Promise.resolve({ now: LATEST, to: EARLIEST, fixedAt: null, zone: companyPolicy.defaults.zone }),
  facts: async function* () {
    yield* [];
  },
  projected: () => Promise.resolve(),
});

const factOf = (type: string): string => (Object.hasOwn(FACT_OF, type) ? FACT_OF[type as keyof typeof FACT_OF] : type);
