import type { DecidedAgain } from '#kernel/decider.js';
import type { Proposal } from '#kernel/event.js';
import { present } from '#kernel/parse.js';
import type { RetentionCommand } from './retention.commands.js';
import { UnknownAction, UnknownOutcome } from './retention.errors.js';
import { AlertClosed, RetentionActionRecorded } from './retention.events.js';
import type { Heard } from './retention.evolve.js';
import { nameOf, openOf, type Episode, type Retention } from './retention.state.js';

/**
 * What somebody did about an alert is done about the alert of that reason that is open here, whichever number it has; where
 * none is open there was nothing to do it about.
 */
export function decideAgain(
  [fact]: readonly Heard[],
  state: Retention,
  decide: (command: RetentionCommand) => readonly Proposal[],
): DecidedAgain | undefined {
  switch (fact?.type) {
    case 'AlertAcknowledged':
    case 'RetentionActionRecorded':
    case 'AlertClosed': {
      const episode = openOf(state, fact.data.reason);
      return { proposals: episode === undefined ? [] : about(episode, fact, decide) };
    }
    default:
      return undefined;
  }
}

type Done = Extract<Heard, { readonly type: 'AlertAcknowledged' | 'RetentionActionRecorded' | 'AlertClosed' }>;

/** What a person said stays said, also where these policies do not list it. */
function about(episode: Episode, fact: Done, decide: (command: RetentionCommand) => readonly Proposal[]) {
  const { customerId, occurredAt: at } = fact;
  const base = { customerId, at, episodeId: episode.episodeId };
  try {
    switch (fact.type) {
      case 'AlertAcknowledged':
        return decide(present({ ...base, type: 'AcknowledgeAlert' as const, agent: fact.data.agent }));
      case 'RetentionActionRecorded': {
        const { actionId, action, channel, agent } = fact.data;
        const type = 'RecordRetentionAction' as const;
        return decide(present({ ...base, type, actionId, action, channel, agent }));
      }
      case 'AlertClosed':
        return decide({ ...base, type: 'CloseAlert', outcome: fact.data.outcome });
    }
  } catch (error) {
    if (error instanceof UnknownAction && fact.type === 'RetentionActionRecorded')
      return [RetentionActionRecorded({ ...fact.data, ...nameOf(episode) })];
    if (error instanceof UnknownOutcome && fact.type === 'AlertClosed')
      return [AlertClosed({ ...fact.data, ...nameOf(episode) })];
    throw error;
  }
}
