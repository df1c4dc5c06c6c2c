import type { Decider } from '#kernel/decider.js';
import type { Proposal } from '#kernel/event.js';
import { present } from '#kernel/parse.js';
import type { Context } from '#kernel/policy.js';
import { decideAgain } from './retention.again.js';
import type { CloseAlert, RecordRetentionAction, RetentionCommand } from './retention.commands.js';
import { AlertNotFound, AlertNotOpen, UnknownAction, UnknownOutcome } from './retention.errors.js';
import { AlertAcknowledged, AlertClosed, RetentionActionRecorded } from './retention.events.js';
import { evolve, type Heard } from './retention.evolve.js';
import { cleared } from './retention.movements.js';
import { retentionPolicy } from './retention.policy.js';
import { react } from './retention.react.js';
import { due, settle } from './retention.settle.js';
import { kept, restored } from './retention.kept.js';
import { isOpen, nameOf, newRetention, openOnes, type Episode, type Retention } from './retention.state.js';

export const retention: Decider<Retention, RetentionCommand, Heard> = {
  initial: newRetention,
  keep: kept,
  restore: restored,
  evolve,
  react,
  settle,
  due,
  decide,
  decideAgain: (facts, state, context) => decideAgain(facts, state, (command) => decide(command, state, context)),
};

function decide(command: RetentionCommand, state: Retention, context: Context): readonly Proposal[] {
  switch (command.type) {
    case 'AcknowledgeAlert': {
      const episode = open(state, command.episodeId);
      const { agent } = command;
      return episode.status === 'open' ? [AlertAcknowledged(present({ ...nameOf(episode), agent }))] : [];
    }
    case 'RecordRetentionAction':
      return act(command, state, context);
    case 'CloseAlert':
      return close(command, state, context);
  }
}

function act(command: RecordRetentionAction, state: Retention, context: Context): readonly Proposal[] {
  const { actionId, action, channel, agent, note = null, episodeId, at } = command;
  if (state.actions.has(actionId)) return [];
  const { actions } = context.policy(retentionPolicy);
  const known = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (known === undefined) throw new UnknownAction(action, Object.keys(actions));
  const episode = open(state, episodeId);
  return [
    RetentionActionRecorded({ ...present({ ...nameOf(episode), actionId, action, channel, agent }), note }),
    ...openOnes(state, known.clears).map((answered) => cleared(answered, 'action', action, at)),
  ];
}

function close({ episodeId, outcome }: CloseAlert, state: Retention, context: Context): readonly Proposal[] {
  const { outcomes } = context.policy(retentionPolicy);
  if (!outcomes.includes(outcome)) throw new UnknownOutcome(outcome, outcomes);
  const episode = newest(state, episodeId);
  if (episode.endedBy === 'person' && episode.outcome === outcome) return [];
  return [AlertClosed({ ...nameOf(open(state, episodeId)), outcome })];
}

/** @throws {AlertNotOpen} for an alert that a newer one of its reason followed @throws {AlertNotFound} */
function newest({ episodes }: Retention, episodeId: string): Episode {
  for (const episode of Object.values(episodes)) {
    if (episode.episodeId === episodeId) return episode;
    const number = Number(episodeId.slice(episode.reason.length + 1));
    const older = episodeId === `${episode.reason}-${number}` && number >= 1 && number < episode.number;
    if (older) throw new AlertNotOpen(episodeId);
  }
  throw new AlertNotFound(episodeId);
}

/** @throws {AlertNotOpen} @throws {AlertNotFound} */
function open(state: Retention, episodeId: string): Episode {
  const episode = newest(state, episodeId);
  if (!isOpen(episode)) throw new AlertNotOpen(episodeId);
  return episode;
}
