import type { Money } from '#kernel/money.js';
import type { Kind } from './mapping-base.js';

/** What an import did, as its last line of JSON says it. Counts are of the file: rows in the store before count too. */
export interface Reconciliation {
  readonly kind: Kind;
  /** accepted + repeated + rejected. */
  readonly rowsRead: number;
  /** Rows that made or joined a fact. */
  readonly accepted: number;
  /** Accepted rows that joined another row's fact. */
  readonly grouped: number;
  /** Rows that were in the store already. */
  readonly repeated: number;
  readonly rejected: number;
  /** With at least one accepted or repeated row. */
  readonly customers: number;
  /** The file names no customers: the mapping made them. */
  readonly syntheticCustomers: boolean;
  /** What the rows of a file of other things than purchases say, by fact. */
  readonly facts: Readonly<Record<string, number>>;
  readonly purchases: number;
  readonly refunds: number;
  /** Rejected rows of cancellations that no purchase answers to. */
  readonly unmatched: number;
  /** Of the purchases, before refunds, or of what contacts cost, by currency. */
  readonly totals: Readonly<Record<string, string>>;
  readonly secondsDurable: number;
  /** null where nobody waited for it. */
  readonly secondsProjected: number | null;
}

const SCALE = 6;

/** Counts as the import goes. */
export class Tally {
  rowsRead = 0;
  accepted = 0;
  grouped = 0;
  repeated = 0;
  rejected = 0;
  customers = 0;
  purchases = 0;
  refunds = 0;
  unmatched = 0;
  private readonly byFact = new Map<string, number>();
  private readonly sums = new Map<string, bigint>();

  constructor(
    private readonly kind: Kind = 'purchases',
    private readonly syntheticCustomers = false,
  ) {}

  /** Rows of one group of which `fresh` are new; `facts` of them made a fact, the others joined it. */
  took(rows: number, fresh: number, facts = 1): void {
    this.accepted += fresh;
    this.grouped += fresh === 0 ? 0 : Math.max(0, fresh - facts);
    this.repeated += rows - fresh;
  }

  stated(fact: string): void {
    this.byFact.set(fact, (this.byFact.get(fact) ?? 0) + 1);
  }

  summed(amount: Money): void {
    const before = this.sums.get(amount.currency) ?? 0n;
    const { units, scale, currency } = amount;
    this.sums.set(currency, before + BigInt(units) * 10n ** BigInt(SCALE - scale));
  }

  get totals(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.sums].sort().map(([currency, sum]) => [currency, shown(sum)]));
  }

  reconciled(secondsDurable: number, secondsProjected: number | null): Reconciliation {
    const { kind, rowsRead, accepted, grouped, repeated, rejected, customers, syntheticCustomers } = this;
    const { purchases, refunds, unmatched, totals } = this;
    const facts = Object.fromEntries([...this.byFact].sort(([, one], [, other]) => other - one));
    return {
      ...{ kind, rowsRead, accepted, grouped, repeated, rejected, customers, syntheticCustomers, facts },
      ...{ purchases, refunds, unmatched, totals, secondsDurable, secondsProjected },
    };
  }
}

/** At least two decimals, and no zeros behind them. */
function shown(sum: bigint): string {
  const digits = String(sum).padStart(SCALE + 1, '0');
  const fraction = digits.slice(-SCALE).replace(/0{1,4}$/, '');
  return `${digits.slice(0, -SCALE)}.${fraction}`;
}
