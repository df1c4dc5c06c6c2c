import { Random } from '../bench/random.js';

/** A command under its own id. */
export interface Mixed {
  readonly command: string;
  readonly body: { readonly commandId: string; readonly customerId: string } & Readonly<Record<string, unknown>>;
}

const CUSTOMERS = 5_000;
const PREFIX = 'soak-';

/** The place of the command in the mix; undefined for one that is not of it. */
export function numberOf(commandId: string): number | undefined {
  const number = commandId.startsWith(PREFIX) ? Number(commandId.slice(PREFIX.length)) : NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** A working day of a company's services, as a seed decides it: half purchases, then points, contacts, surveys and complaints. */
export class Mix {
  private readonly random: Random;
  private sent = 0;
  private complaint: { readonly customerId: string; readonly complaintId: string } | undefined;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  next(): Mixed {
    const { random } = this;
    const id = `${PREFIX}${this.sent}`;
    this.sent += 1;
    const customerId = this.customer();
    const of = (command: string, more: object): Mixed => ({
      command,
      body: { customerId, ...more, commandId: id },
    });
    const kind = random.next();
    if (kind < 0.5) return of('RecordPurchase', { purchaseId: id, lines: [this.line()], channel: 'web' });
    if (kind < 0.65) return of('EarnPoints', { earningId: id, points: random.whole(10, 100) });
    if (kind < 0.75) return of('RedeemPoints', { redemptionId: id, points: random.whole(1, 50) });
    if (kind < 0.9) return of('RecordContact', { contactId: id, ...contact });
    if (kind < 0.95) return of('AnswerSurvey', { surveyId: id, ...survey, score: random.whole(1, 5) });
    return this.complaintOr(customerId, id, of);
  }

  /** A customer to look at. */
  customer(): string {
    return `c-${this.random.whole(1, CUSTOMERS)}`;
  }

  private line(): object {
    const unitPrice = { units: this.random.whole(100, 9_000), scale: 2, currency: 'GBP' };
    return { sku: `sku-${this.random.whole(1, 500)}`, quantity: this.random.whole(1, 3), unitPrice };
  }

  /** One is raised, the next command of the kind resolves it. */
  private complaintOr(customerId: string, id: string, of: (command: string, more: object) => Mixed): Mixed {
    const open = this.complaint;
    this.complaint = open === undefined ? { customerId, complaintId: id } : undefined;
    if (open !== undefined) return of('ResolveComplaint', { ...open, remedy: { kind: 'apology' } });
    return of('RaiseComplaint', { complaintId: id, cause: 'late parcel', channel: 'phone', text: 'Where is it?' });
  }
}

const contact = {
  ...{ channel: 'phone', direction: 'inbound', purpose: 'service', outcome: 'reached', agent: 'kim' },
  subject: 'late parcel',
};
const survey = { instrument: 'csat', touchpoint: 'delivery', channel: 'e-mail', comment: 'Came a day early.' };
