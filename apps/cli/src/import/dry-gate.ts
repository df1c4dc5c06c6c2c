import { companyPolicy } from '#kernel/company.policy.js';
import { EARLIEST, LATEST } from '#kernel/time.js';
import type { Gate } from './gate.js';

/** Takes every command as accepted and keeps nothing: what a dry run sends to. */
export const dryGate = (): Gate => ({
  send: (type) => Promise.resolve({ ok: true, repeated: false, position: 0, facts: [{ type, data: { lines: [] } }] }),
  clock: () => Promise.resolve({ now: LATEST, to: EARLIEST, fixedAt: null, zone: companyPolicy.defaults.zone }),
  facts: async function* () {
    yield* [];
  },
  projected: () => Promise.resolve(),
});
