import { plusDays, plusHours, plusMs, type Instant } from '#kernel/time.js';
import { agents } from '../catalogue.js';
import type { Random } from '../random.js';
import {
  dayOf,
  during,
  pounds,
  type Chapter,
  type Complaint,
  type DemoCommand,
  type Purchase,
  type Story,
} from '../story.js';

const SOON_MS = 4 * 60_000;
const DELIVERY_PENCE = 395;
const CLOSED_AFTER_DAYS = 7;

const words: Readonly<Record<string, string>> = {
  'late parcel': 'It was to be here days ago, and nobody says where it is.',
  damaged: 'The bag was torn, and half of the beans were in the box.',
  'wrong item': 'I ordered beans, and you sent them ground.',
  taste: 'This roast is burnt. The last one was not.',
  billing: 'I was charged twice for the delivery.',
};

interface Remedy {
  readonly kind: string;
  readonly amount?: ReturnType<typeof pounds>;
  readonly points?: number;
}

/** What went wrong is said, answered, put right, and sometimes not for long; remedies are paid as they were promised. */
export const complaints: Chapter = (story) => {
  const random = story.dice('complaints');
  return story.purchases.flatMap((purchase) =>
    purchase.complaint === null ? [] : told(story, purchase, purchase.complaint, random),
  );
};

function told(story: Story, purchase: Purchase, complaint: Complaint, random: Random): readonly DemoCommand[] {
  const { complaintId, at, cause, priority, channel, handling, respondedAt, resolvedAt, reopenedAt } = complaint;
  const agent = random.pick(agents);
  const step = (command: string, name: string, when: Instant, what: object = {}): DemoCommand => ({
    ...{ command, commandId: `${complaintId}-${name}`, customerId: story.customerId, at: when, complaintId, ...what },
  });
  const raised = step('RaiseComplaint', 'raise', at, {
    ...{ cause, priority, channel, purchaseId: purchase.purchaseId, text: words[cause] ?? cause },
  });
  if (handling === 'not at all') return [raised];
  const remedy = remedyOf(purchase, handling === 'late', random);
  const answer = (responseId: string) => ({ responseId, channel: channel === 'phone' ? 'phone' : 'email', agent });
  const first = [
    raised,
    step('AssignComplaint', 'assign', plusMs(at, SOON_MS), { agent }),
    step('RespondToComplaint', 'respond', respondedAt, answer('answer-1')),
    step('ResolveComplaint', 'resolve', resolvedAt, { remedy }),
    ...paid(story, purchase, remedy, resolvedAt),
  ];
  const put = (after: Instant): readonly DemoCommand[] => {
    const day = plusDays(dayOf(after), CLOSED_AFTER_DAYS);
    return random.chance(0.8) ? [step('CloseComplaint', 'close', during(day, story.plan, random))] : [];
  };
  if (reopenedAt === null) return [...first, ...put(resolvedAt)];
  const again = plusHours(reopenedAt, random.whole(20, 26));
  return [
    ...first,
    step('ReopenComplaint', 'reopen', reopenedAt, { reason: 'happened again' }),
    step('RespondToComplaint', 'respond-2', plusMs(reopenedAt, 8 * SOON_MS), answer('answer-2')),
    step('ResolveComplaint', 'resolve-2', again, { remedy: { kind: 'replacement' } }),
    ...put(again),
  ];
}

/** More is given to whom the company let wait. What was sent back already is not refunded again. */
function remedyOf({ refund }: Purchase, late: boolean, random: Random): Remedy {
  const kind = random.weighted([
    ['apology', late ? 1 : 4],
    ['points', 4],
    ['refund', refund === null ? 3 : 0],
    ['replacement', 2],
  ]);
  if (kind === 'points') return { kind, points: late ? 200 : 100 };
  return kind === 'refund' ? { kind, amount: pounds(DELIVERY_PENCE) } : { kind };
}

/** A complaint pays nothing itself: points are earned and money goes back under the complaint's name. */
function paid(
  { customerId }: Story,
  { purchaseId, complaint }: Purchase,
  { kind, points, amount }: Remedy,
  at: Instant,
): readonly DemoCommand[] {
  const name = `${complaint?.complaintId ?? purchaseId}-${kind}`;
  const base = { commandId: name, customerId, at };
  if (kind === 'points')
    return [{ ...base, command: 'EarnPoints', earningId: name, points, note: 'with our apologies' }];
  if (kind !== 'refund') return [];
  return [{ ...base, command: 'RefundPurchase', purchaseId, refundId: name, amount, reason: complaint?.cause }];
}
