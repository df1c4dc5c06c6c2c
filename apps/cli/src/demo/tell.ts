import { startOfDay, type Instant } from '#kernel/time.js';
import { documentsOf } from '#runtime/exports.js';
import type { Access } from '../access/access.js';
import { careAt, type OpenAlert } from './care.js';
import { play, type Played, type Playing } from './play.js';
import { policiesOf } from './policies.js';
import { simulate, type Simulating } from './simulate.js';
import type { DemoCommand, DemoPlan } from './story.js';

/** Tells the whole story to Patron: its policies, what customers do, and what the shop does about alerts. */
export async function tell(
  plan: DemoPlan,
  access: Access,
  playing: Pick<Playing, 'tell' | 'signal'> & Simulating,
): Promise<Played> {
  for (const policy of policiesOf(plan)) await access.submit(policy);
  const gate = access.gate('demo');
  const end = startOfDay(plan.to, plan.zone);
  const atMonth = async (at: Instant): Promise<readonly DemoCommand[]> => {
    if (at >= end) return []; // what is open then is for the reader of the summary
    await gate.projected(0, () => undefined);
    return careAt(at, await openAlerts(access), plan);
  };
  return play(simulate(plan, playing), { ...playing, gate, atMonth });
}

async function openAlerts(access: Access): Promise<readonly OpenAlert[]> {
  const open: OpenAlert[] = [];
  const find = { where: { status: 'open' }, sort: ['-worthSort'] };
  for await (const items of documentsOf((page) => access.find('retention_alerts', page, undefined), find)) {
    open.push(...(items as unknown as readonly OpenAlert[]));
  }
  return open;
}
