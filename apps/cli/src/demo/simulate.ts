import { plusDays, startOfDay } from '#kernel/time.js';
import { buying } from './chapters/buying.js';
import { complaints } from './chapters/complaints.js';
import { consent } from './chapters/consent.js';
import { loyalty } from './chapters/loyalty.js';
import { outreach } from './chapters/outreach.js';
import { registration } from './chapters/registration.js';
import { service } from './chapters/service.js';
import { surveys } from './chapters/surveys.js';
import { storyFor } from './life.js';
import type { Chapter, DemoCommand, DemoPlan } from './story.js';

/** What is told of every customer; of what happens at the same instant the earlier chapter's comes first. */
export const chapters: readonly Chapter[] = [
  ...[registration, consent, buying, loyalty, complaints, service, surveys, outreach],
];

export interface Simulating {
  readonly chapters?: readonly Chapter[];
  /** Business time advances this often; what falls due in between still happens at its instant. */
  readonly tickDays?: number;
}

/** Every command of the demo, in the order in which things happen: a pure function of the plan. */
export function simulate(
  plan: DemoPlan,
  { chapters: told = chapters, tickDays = 7 }: Simulating = {},
): readonly DemoCommand[] {
  const commands: DemoCommand[] = [];
  for (let number = 1; number <= plan.customers; number += 1) {
    const story = storyFor(plan, number);
    for (const chapter of told) commands.push(...chapter(story));
  }
  const end = startOfDay(plan.to, plan.zone);
  return [...commands.filter(({ at }) => at < end), ...ticks(plan, tickDays)].sort(inTime);
}

/** Business time advances at the start of days, of every month's first among them. */
function ticks({ from, to, zone }: DemoPlan, tickDays: number): readonly DemoCommand[] {
  const told: DemoCommand[] = [];
  for (let [day, count] = [plusDays(from, 1), 1]; day <= to; [day, count] = [plusDays(day, 1), count + 1]) {
    if (count % tickDays !== 0 && !day.endsWith('-01')) continue;
    const at = startOfDay(day, zone);
    told.push({ command: 'AdvanceClock', commandId: `clock-${day}`, at, to: at });
  }
  return told;
}

/** By time; the clock advances before what happens at the same instant; ties keep the order in which they were told. */
const inTime = (left: DemoCommand, right: DemoCommand): number => {
  if (left.at !== right.at) return left.at < right.at ? -1 : 1;
  return Number(right.command === 'AdvanceClock') - Number(left.command === 'AdvanceClock');
};
