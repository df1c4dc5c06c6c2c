import { plusDays, plusHours, type Instant } from '#kernel/time.js';
import type { Random } from '../random.js';
import { dayOf, during, type Chapter, type DemoCommand, type Purchase, type Story } from '../story.js';

const ASKED = 0.35;
const ANSWERS = 0.5;
const DECLINES = 0.1;

/** How content a customer is, from 0 to 1, after what happened. */
type Mood = 'glad' | 'content' | 'annoyed' | 'angry';
const MOODS: Readonly<Record<Mood, readonly [from: number, to: number]>> = {
  glad: [0.85, 1],
  content: [0.65, 1],
  annoyed: [0.3, 0.75],
  angry: [0, 0.35],
};

/** Best answers of each instrument, and how many steps its scale has. */
const SCALES = { nps: [0, 10], csat: [1, 5], ces: [1, 7] } as const;
type Instrument = keyof typeof SCALES;

const comments: Readonly<Record<Mood, readonly string[]>> = {
  glad: ['Best coffee in town.', 'Came a day early.', 'Always a pleasure.'],
  content: ['All fine.', 'Good as ever.'],
  annoyed: ['Took too long.', 'I had expected more.'],
  angry: ['Never again.', 'Nobody answers your phone.', 'Two weeks for a bag of beans!'],
};

/** They are asked after some purchases and after every complaint; what they answer follows from what happened. */
export const surveys: Chapter = (story) => {
  const random = story.dice('surveys');
  return story.purchases.flatMap((purchase) => [
    ...(random.chance(ASKED) ? afterPurchase(story, purchase, random) : []),
    ...afterComplaint(story, purchase, random),
  ]);
};

function afterPurchase(story: Story, purchase: Purchase, random: Random): readonly DemoCommand[] {
  const { at, purchaseId, deliveredAfterDays, isLate, complaint, isFarewell } = purchase;
  const day = plusDays(dayOf(at), (deliveredAfterDays ?? 0) + random.whole(1, 3));
  const sentAt = during(day, story.plan, random);
  const bad = isLate || (complaint !== null && complaint.at < sentAt);
  const usual = isFarewell ? 'annoyed' : random.chance(0.5) ? 'glad' : 'content';
  const mood = bad ? random.pick(['annoyed', 'angry'] as const) : usual;
  const instrument = random.chance(0.6) ? 'nps' : 'csat';
  const touchpoint = deliveredAfterDays === null ? 'store' : 'delivery';
  return asked(story, { surveyId: `${purchaseId}-${instrument}`, instrument, touchpoint, about: purchaseId }, sentAt, {
    ...{ mood, random },
  });
}

function afterComplaint(story: Story, { complaint }: Purchase, random: Random): readonly DemoCommand[] {
  if (complaint === null || complaint.handling === 'not at all') return [];
  const { complaintId, resolvedAt, handling } = complaint;
  const mood =
    handling === 'late' ? random.pick(['annoyed', 'angry'] as const) : random.pick(['glad', 'content'] as const);
  const instrument = random.chance(0.5) ? 'ces' : 'csat';
  const survey = { surveyId: `${complaintId}-${instrument}`, instrument, touchpoint: 'complaint', about: complaintId };
  return asked(story, survey as Asked, plusHours(resolvedAt, 24), { mood, random });
}

interface Asked {
  readonly surveyId: string;
  readonly instrument: Instrument;
  readonly touchpoint: string;
  readonly about: string;
}

function asked(
  { customerId, plan }: Story,
  { surveyId, instrument, touchpoint, about }: Asked,
  sentAt: Instant,
  { mood, random }: { readonly mood: Mood; readonly random: Random },
): readonly DemoCommand[] {
  const channel = random.weighted([
    ['email', 4],
    ['sms', 1],
  ]);
  const step = (command: string, at: Instant, what: object): DemoCommand => ({
    ...{ command, commandId: `${surveyId}-${command}`, customerId, at, surveyId, ...what },
  });
  const sent = step('SendSurvey', sentAt, { instrument, touchpoint, channel, about });
  const answeredAt = during(plusDays(dayOf(sentAt), random.whole(1, 4)), plan, random);
  const strong = mood === 'glad' || mood === 'angry' ? 1.2 : 0.9; // who is content says little
  if (!random.chance(ANSWERS * strong)) {
    return random.chance(DECLINES) ? [sent, step('DeclineSurvey', answeredAt, {})] : [sent];
  }
  const [least, most] = SCALES[instrument];
  const [from, to] = MOODS[mood];
  const score = least + Math.round((from + random.next() * (to - from)) * (most - least));
  const comment = random.chance(0.4) ? { comment: random.pick(comments[mood]) } : {};
  return [sent, step('AnswerSurvey', answeredAt, { score, ...comment })];
}
