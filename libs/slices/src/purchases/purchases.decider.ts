import { companyPolicy } from '#kernel/company.policy.js';
import type { Decider } from '#kernel/decider.js';
import type { Proposal } from '#kernel/event.js';
import { compare, decimal, isZero, minus, plus, type Money } from '#kernel/money.js';
import { present } from '#kernel/parse.js';
import type { Context } from '#kernel/policy.js';
import { dayOf, daysBetween } from '#kernel/time.js';
import type {
  AddPurchaseLines,
  PurchaseCommand,
  RecordPurchase,
  RefundPurchase,
  VoidPurchase,
} from './purchases.commands.js';
import {
  LineExhausted,
  PurchaseAlreadyRecorded,
  PurchaseDoesNotAddUp,
  PurchaseIsVoid,
  PurchaseNotFound,
  RefundExceedsPurchase,
  RefundTooLate,
} from './purchases.errors.js';
import { PurchaseLinesAdded, PurchaseRecorded, PurchaseRefunded, PurchaseVoided } from './purchases.events.js';
import { purchasesPolicy } from './purchases.policy.js';
import { kept, restored } from './purchases.kept.js';
import {
  linesOf,
  noPurchases,
  refundFor,
  sumOf,
  unrefunded,
  type Purchases,
  type PurchaseState,
} from './purchases.state.js';

type PurchaseEvent = PurchaseRecorded | PurchaseLinesAdded | PurchaseRefunded | PurchaseVoided;

const NONE: readonly string[] = [];

export const purchases: Decider<Purchases, PurchaseCommand, PurchaseEvent> = {
  initial: noPurchases,
  keep: kept,
  restore: restored,
  evolve: ({ byId }, fact) => {
    const { purchaseId } = fact.data;
    const known = byId.get(purchaseId);
    switch (fact.type) {
      case 'PurchaseRecorded': {
        const { total, lines } = fact.data;
        const opened = {
          purchasedAt: fact.occurredAt,
          lines: lines.map(unrefunded),
          total,
          net: total,
          refunds: NONE,
          void: false,
        };
        return { byId: byId.set(purchaseId, opened) };
      }
      case 'PurchaseLinesAdded': {
        if (known === undefined) return { byId };
        const { lines, added, net } = fact.data;
        const longer = {
          ...known,
          lines: [...known.lines, ...lines.map(unrefunded)],
          total: plus(known.total, added),
          net,
        };
        return { byId: byId.set(purchaseId, longer) };
      }
      case 'PurchaseRefunded': {
        if (known === undefined) return { byId };
        const { lines, net, refundId } = fact.data;
        const refunded = known.lines.map((line) => {
          const back = lines.find(({ lineId }) => lineId === line.lineId);
          if (back === undefined) return line;
          const refundedQuantity = line.refundedQuantity + back.quantity;
          return { ...line, refundedQuantity, refundedAmount: plus(line.refundedAmount, back.amount) };
        });
        return {
          byId: byId.set(purchaseId, { ...known, lines: refunded, net, refunds: [...known.refunds, refundId] }),
        };
      }
      case 'PurchaseVoided':
        return known === undefined
          ? { byId }
          : { byId: byId.set(purchaseId, { ...known, net: fact.data.net, void: true }) };
    }
  },
  decide: (command, state, context) => {
    switch (command.type) {
      case 'RecordPurchase':
        return record(command, state, context);
      case 'AddPurchaseLines':
        return addLines(command, state);
      case 'RefundPurchase':
        return refund(command, state, context);
      case 'VoidPurchase':
        return voided(command, state);
    }
  },
};

function record(command: RecordPurchase, { byId }: Purchases, context: Context): readonly Proposal[] {
  const { purchaseId, channel, campaign } = command;
  const { channels } = context.policy(purchasesPolicy);
  if (channel !== undefined && channels.length > 0 && !channels.includes(channel)) {
    throw new PurchaseDoesNotAddUp(`channel: ${channel} is none of ${channels.join(', ')}`);
  }
  const lines = linesOf(command.lines ?? [], 1);
  const total = totalOf(command, lines);
  const known = byId.get(purchaseId);
  if (known !== undefined) {
    const same = compareSafely(known.total, total) && sameLines(known, lines);
    if (!same) throw new PurchaseAlreadyRecorded(purchaseId);
    return [];
  }
  return [PurchaseRecorded(present({ purchaseId, total, lines, channel, campaign }))];
}

function addLines({ purchaseId, lines: inputs }: AddPurchaseLines, state: Purchases): readonly Proposal[] {
  const known = live(purchaseId, state);
  const lines = linesOf(inputs, known.lines.length + 1).filter(
    ({ lineId }) => !known.lines.some((line) => line.lineId === lineId),
  );
  if (lines.length === 0) return [];
  const added = sumOf(lines, known.total.currency);
  return [
    PurchaseLinesAdded({ purchaseId, purchasedAt: known.purchasedAt, lines, added, net: plus(known.net, added) }),
  ];
}

function refund(command: RefundPurchase, state: Purchases, context: Context): readonly Proposal[] {
  const { purchaseId, refundId, reason, at } = command;
  const known = live(purchaseId, state);
  if (known.refunds.includes(refundId)) return [];
  const { zone } = context.policy(companyPolicy);
  const { refundWithinDays } = context.policy(purchasesPolicy);
  const days = daysBetween(dayOf(known.purchasedAt, zone), dayOf(at, zone));
  if (days > refundWithinDays) throw new RefundTooLate(days, refundWithinDays);
  const lines = refundedLines(command, known);
  const amount =
    lines.length > 0 ? sumOf(lines, known.net.currency) : command.amount ? { ...command.amount } : known.net;
  if (command.amount !== undefined && compare(amount, command.amount) !== 0) {
    throw new PurchaseDoesNotAddUp(`amount: ${decimal(command.amount)} is not what the lines cost, ${decimal(amount)}`);
  }
  const nothingLeft = lines.length === 0 && isZero(amount) && !isZero(known.total);
  if (nothingLeft || compare(amount, known.net) > 0) throw new RefundExceedsPurchase(purchaseId, amount, known.net);
  return [
    PurchaseRefunded(
      present({
        purchaseId,
        purchasedAt: known.purchasedAt,
        refundId,
        lines,
        amount,
        net: minus(known.net, amount),
        reason,
      }),
    ),
  ];
}

function refundedLines({ lines = [] }: RefundPurchase, known: PurchaseState) {
  return lines.map(({ lineId, quantity }, index) => {
    const line = known.lines.find((candidate) => candidate.lineId === lineId);
    if (line === undefined)
      throw new PurchaseDoesNotAddUp(`lines[${index}].lineId: the purchase has no line ${lineId}`);
    if (lines.findIndex((other) => other.lineId === lineId) !== index) {
      throw new PurchaseDoesNotAddUp(`lines[${index}].lineId: ${lineId} is named twice`);
    }
    const left = line.quantity - line.refundedQuantity;
    if (quantity > left) throw new LineExhausted(lineId, quantity, left);
    return { lineId, quantity, amount: refundFor(line, quantity) };
  });
}

function voided({ purchaseId, reason }: VoidPurchase, { byId }: Purchases): readonly Proposal[] {
  const known = byId.get(purchaseId);
  if (known === undefined) throw new PurchaseNotFound(purchaseId);
  return known.void ? [] : [PurchaseVoided({ purchaseId, purchasedAt: known.purchasedAt, net: known.net, reason })];
}

function live(purchaseId: string, { byId }: Purchases): PurchaseState {
  const known = byId.get(purchaseId);
  if (known === undefined) throw new PurchaseNotFound(purchaseId);
  if (known.void) throw new PurchaseIsVoid(purchaseId);
  return known;
}

function totalOf({ total }: RecordPurchase, lines: readonly { readonly amount: Money }[]): Money {
  const first = lines[0];
  if (first === undefined) {
    if (total === undefined) throw new PurchaseDoesNotAddUp('total: a purchase needs lines or a total');
    return { ...total };
  }
  const sum = sumOf(lines, first.amount.currency);
  if (total !== undefined && compare(sum, total) !== 0) {
    throw new PurchaseDoesNotAddUp(`total: ${decimal(total)} is not the sum of the lines, ${decimal(sum)}`);
  }
  return sum;
}

const compareSafely = (left: Money, right: Money): boolean =>
  left.currency === right.currency && compare(left, right) === 0;

const sameLines = ({ lines: known }: PurchaseState, lines: PurchaseRecorded['data']['lines']): boolean =>
  known.length === lines.length &&
  known.every(({ lineId, sku, quantity, amount }, index) => {
    const other = lines[index];
    return (
      other?.lineId === lineId &&
      other.sku === sku &&
      other.quantity === quantity &&
      compareSafely(amount, other.amount)
    );
  });
