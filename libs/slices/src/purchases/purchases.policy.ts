import { record, text } from '#kernel/parse.js';
import { definePolicy, whole } from '#kernel/policy.js';

/** What is taken as a purchase. */
export interface PurchasesPolicy {
  /** A refund later than this after its purchase is refused; whole days. */
  readonly refundWithinDays: number;
  /** Where purchases come from; others are refused. Empty allows any. */
  readonly channels: readonly string[];
}

/** @source defaults of ours: ten years outlast every statutory warranty; channels are free until a company lists its own */
export const purchasesPolicy = definePolicy<PurchasesPolicy>({
  name: 'purchases',
  defaults: { refundWithinDays: 3_653, channels: [] },
  parse: (raw) => {
    const { refundWithinDays, channels } = record(raw);
    return {
      refundWithinDays: whole(refundWithinDays, 'refundWithinDays', 0),
      channels: Array.isArray(channels) ? channels.map(text) : [],
    };
  },
});
