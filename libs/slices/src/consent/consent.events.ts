import { defineEvent, type EventOf } from '#kernel/event.js';
import { list, oneOf, optional, personal, present, text, type Raw } from '#kernel/parse.js';

/** Ways to a customer. */
export const CHANNELS = ['phone', 'email', 'sms', 'post', 'social'] as const;
export type Channel = (typeof CHANNELS)[number];

export const channel = oneOf(...CHANNELS);

const subject = (raw: Raw) => ({ channel: channel(raw['channel']), purpose: text(raw['purpose']) });

/** The customer allows contacts for a purpose over a channel, from `occurredAt` on. */
export const ConsentGranted = defineEvent({
  type: 'ConsentGranted',
  personal: ['proof'],
  parse: (raw) => ({
    ...subject(raw),
    /** Where it was given: a form, a call, a letter. */
    source: text(raw['source']),
    proof: personal(raw['proof'], text),
  }),
});
export type ConsentGranted = EventOf<typeof ConsentGranted>;

/** The customer allows no such contacts any more, or never wants any. */
export const ConsentWithdrawn = defineEvent({
  type: 'ConsentWithdrawn',
  personal: ['reason'],
  parse: (raw) =>
    present({
      ...subject(raw),
      source: optional(raw['source'], text),
      reason: personal(raw['reason'], text),
    }),
});
export type ConsentWithdrawn = EventOf<typeof ConsentWithdrawn>;

/** The channels a customer likes, best first. A wish, not a consent. */
export const ChannelPreferenceStated = defineEvent({
  type: 'ChannelPreferenceStated',
  parse: (raw) => ({ channels: list(raw['channels'], channel) }),
});
export type ChannelPreferenceStated = EventOf<typeof ChannelPreferenceStated>;

/** When the customer is not to be disturbed: `HH:mm` on the clock of `zone`, over midnight too; equal times mean never. */
export const QuietHoursStated = defineEvent({
  type: 'QuietHoursStated',
  parse: (raw) => ({ from: text(raw['from']), to: text(raw['to']), zone: text(raw['zone']) }),
});
export type QuietHoursStated = EventOf<typeof QuietHoursStated>;

export type ConsentEvent = ConsentGranted | ConsentWithdrawn | ChannelPreferenceStated | QuietHoursStated;
