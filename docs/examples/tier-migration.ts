// From which loyalty tier to which did customers move in each quarter, those who stayed included?
//
//   patron replay docs/examples/tier-migration.ts --out tier-migration.parquet
import { defineProjection, plusMonths, type Instant } from 'patron/replay';

interface Member {
  /** The first purchase; before it nobody is counted. */
  since: Instant | null;
  /** Since when which tier, oldest first. */
  tiers: { at: Instant; tier: string }[];
}

const tierAt = ({ tiers }: Member, at: Instant): string => tiers.findLast((held) => held.at < at)?.tier ?? 'basic';
const quarterOf = (at: Instant): string => `${at.slice(0, 4)}-Q${Math.ceil(Number(at.slice(5, 7)) / 3)}`;
const startOf = (quarter: string): string =>
  `${quarter.slice(0, 4)}-${String(Number(quarter.slice(6)) * 3 - 2).padStart(2, '0')}-01`;

export default defineProjection({
  name: 'tier_migration',
  initial: (): Member => ({ since: null, tiers: [] }),
  on: {
    PurchaseRecorded: (member, { occurredAt }) =>
      member.since !== null && member.since <= occurredAt ? member : { ...member, since: occurredAt },
    LoyaltyTierChanged: (member, { occurredAt, data }) => ({
      ...member,
      tiers: [...member.tiers, { at: occurredAt, tier: data.to }],
    }),
  },
  async *rows(members) {
    const moves = new Map<string, number>();
    const all: Member[] = [];
    for await (const member of members) all.push(member);
    const instants = all.flatMap(({ since, tiers }) => [since ?? [], tiers.map(({ at }) => at)].flat()).sort();
    const [first, last] = [instants[0], instants.at(-1)];
    if (first === undefined || last === undefined) return;
    for (let start = startOf(quarterOf(first)); start <= last; start = plusMonths(start, 3)) {
      const end = plusMonths(start, 3);
      for (const member of all) {
        if (member.since === null || member.since >= end) continue;
        const from = member.since >= start ? 'new' : tierAt(member, start);
        const move = `${quarterOf(start)} ${from} ${tierAt(member, end)}`;
        moves.set(move, (moves.get(move) ?? 0) + 1);
      }
    }
    for (const [move, customers] of [...moves].sort()) {
      const [quarter, from, to] = move.split(' ');
      yield { quarter, from, to, customers };
    }
  },
});
