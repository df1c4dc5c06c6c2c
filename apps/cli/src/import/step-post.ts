import type { Money } from '#kernel/money.js';
import { instantOf } from '#kernel/time.js';
import { hashOf, type Desk, type Post, type Refusal } from './desk.js';
import type { Group } from './spool.js';
import { FACT_OF, stepsOf } from './steps.js';
import type { Tally } from './tally.js';

interface Outcome {
  readonly fresh: boolean;
  readonly refusal?: Refusal;
}

/** Sends the commands of rows that stand for themselves. A row counts once, with its last command. */
export class StepPost implements Post {
  /** Of rows whose later commands are still to come. */
  private readonly open = new Map<string, Outcome>();

  /** @param untilMs  Later commands are not sent. */
  constructor(
    private readonly desk: Desk,
    private readonly tally: Tally,
    private readonly untilMs: number,
  ) {}

  async group(group: Group): Promise<void> {
    const [row] = group.rows;
    if (row === undefined) return;
    const { steps } = stepsOf(row);
    const before = this.open.get(row.lineId) ?? { fresh: false };
    const { fresh, refusal } = before.refusal === undefined ? await this.step(group, before) : before;
    const last = steps.findLastIndex(({ atMs }) => atMs <= this.untilMs);
    if (group.ord < last) {
      this.open.set(row.lineId, { fresh, ...(refusal !== undefined && { refusal }) });
      return;
    }
    this.open.delete(row.lineId);
    if (refusal !== undefined) return void this.desk.refused([row], refusal);
    this.tally.took(1, fresh ? 1 : 0);
    this.desk.served(group.customerId);
  }

  private async step({ customerId, atMs, ord, rows }: Group, before: Outcome): Promise<Outcome> {
    const [row] = rows;
    if (row === undefined) return before;
    if (ord === 0) await this.desk.register({ customerId, atMs });
    const { idField, id, steps } = stepsOf(row);
    const step = steps[ord];
    if (step === undefined) return before;
    const { type } = step;
    const body = { customerId, at: instantOf(atMs), [idField]: id ?? row.lineId, ...step.body };
    const answer = await this.desk.send(
      type,
      { ...body, source: this.desk.source },
      this.desk.commandId(type, hashOf(body)),
    );
    if (!answer.ok) return { ...before, refusal: { ...answer, message: `${type}: ${answer.message}` } };
    const fact = FACT_OF[type];
    this.tally.stated(fact);
    const { cost } = step.body as { readonly cost?: Money };
    if (cost !== undefined) this.tally.summed(cost);
    return { fresh: before.fresh || (!answer.repeated && answer.facts.some(({ type: of }) => of === fact)) };
  }
}
