import type { Decider } from '#kernel/decider.js';
import type { Context } from '#kernel/policy.js';
import { LATEST, type Instant } from '#kernel/time.js';
import type {
  ConsentCommand,
  GrantConsent,
  StateChannelPreference,
  StateQuietHours,
  WithdrawConsent,
} from './consent.commands.js';
import { ConsentNotAsked, StatementSuperseded, UnknownPurpose } from './consent.errors.js';
import {
  ChannelPreferenceStated,
  ConsentGranted,
  ConsentWithdrawn,
  QuietHoursStated,
  type ConsentEvent,
} from './consent.events.js';
import { quietHoursAt, statementAt, withStatement } from './consent.permission.policy.js';
import { consentPolicy } from './consent.policy.js';
import { nothingSaid, restored, type ConsentState } from './consent.state.js';

export const consent: Decider<ConsentState, ConsentCommand, ConsentEvent> = {
  initial: nothingSaid,
  restore: restored,
  evolve: (state, fact) => {
    switch (fact.type) {
      case 'ConsentGranted':
      case 'ConsentWithdrawn':
      case 'QuietHoursStated':
        return { ...state, consents: withStatement(state.consents, fact) };
      case 'ChannelPreferenceStated':
        return { ...state, preference: { ...fact.data, since: fact.occurredAt, factId: fact.id } };
    }
  },
  decide: (command, state, context) => {
    switch (command.type) {
      case 'GrantConsent': {
        const { channel, purpose, through, proof = null } = command;
        if (isSaid('granted', command, state, context)) return [];
        return [ConsentGranted({ channel, purpose, source: through, proof })];
      }
      case 'WithdrawConsent': {
        const { channel, purpose, through, reason = null } = command;
        if (isSaid('withdrawn', command, state, context)) return [];
        const source = through === undefined ? {} : { source: through };
        return [ConsentWithdrawn({ channel, purpose, ...source, reason })];
      }
      case 'StateChannelPreference':
        return isPreferred(command, state) ? [] : [ChannelPreferenceStated({ channels: [...command.channels] })];
      case 'StateQuietHours': {
        const { from, to, zone } = command;
        return areStated(command, state) ? [] : [QuietHoursStated({ from, to, zone })];
      }
    }
  },
};

/** True when the customer had said just that by then. @throws when the policy, or something newer, stands against it */
function isSaid(
  status: 'granted' | 'withdrawn',
  { channel, purpose, at }: GrantConsent | WithdrawConsent,
  { consents }: ConsentState,
  context: Context,
): boolean {
  const { purposes, exempt, version } = context.policy(consentPolicy);
  if (!purposes.includes(purpose)) throw new UnknownPurpose(purpose, purposes, version);
  if (exempt.includes(purpose)) throw new ConsentNotAsked(purpose, version);
  if (statementAt(consents, purpose, channel, at)?.status === status) return true;
  refuseBefore(at, statementAt(consents, purpose, channel, LATEST));
  return false;
}

function isPreferred({ channels, at }: StateChannelPreference, { preference }: ConsentState): boolean {
  if ((preference?.channels ?? []).join() === channels.join()) return true;
  refuseBefore(at, preference);
  return false;
}

function areStated({ from, to, zone, at }: StateQuietHours, { consents }: ConsentState): boolean {
  const stated = quietHoursAt(consents, at);
  if (stated?.from === from && stated.to === to && stated.zone === zone) return true;
  refuseBefore(at, quietHoursAt(consents, LATEST));
  return false;
}

/** @throws {StatementSuperseded} */
function refuseBefore(at: Instant, newest: { readonly since: Instant; readonly factId: string } | null | undefined) {
  if (newest != null && newest.since > at) throw new StatementSuperseded(at, newest.since, newest.factId);
}
