import { companyPolicy } from '#kernel/company.policy.js';
import type { DecidedAgain, Decider } from '#kernel/decider.js';
import type { Proposal } from '#kernel/event.js';
import { compare, type Money } from '#kernel/money.js';
import { present } from '#kernel/parse.js';
import type { Context } from '#kernel/policy.js';
import { dayOf } from '#kernel/time.js';
import type {
  ComplaintCommand,
  RaiseComplaint,
  RemedyInput,
  ReopenComplaint,
  ResolveComplaint,
  RespondToComplaint,
} from './complaints.commands.js';
import {
  ComplaintAlreadyRaised,
  ComplaintAlreadyResolved,
  ComplaintNotOpen,
  ComplaintNotRaised,
  ComplaintNotResolved,
  ResponseAlreadyGiven,
  UnknownTerm,
} from './complaints.errors.js';
import {
  ComplaintAssigned,
  ComplaintClosed,
  ComplaintRaised,
  ComplaintReopened,
  ComplaintResolved,
  ComplaintResponded,
  type ComplaintEvent,
  type Remedy,
} from './complaints.events.js';
import { evolve } from './complaints.evolve.js';
import { complaintsPolicy, promisesFor } from './complaints.policy.js';
import { due, react, settle } from './complaints.settle.js';
import { kept, restored } from './complaints.kept.js';
import { answerKey, noComplaints, type Complaints, type ComplaintState } from './complaints.state.js';

export const complaints: Decider<Complaints, ComplaintCommand, ComplaintEvent> = {
  initial: noComplaints,
  keep: kept,
  restore: restored,
  evolve,
  react,
  settle,
  due,
  decideAgain: promisedAgain,
  decide: (command, state, context) => {
    if (command.type === 'RaiseComplaint') return raise(command, state, context);
    const { complaintId } = command;
    const known = state.byId.get(complaintId);
    if (known === undefined) throw new ComplaintNotRaised(complaintId);
    switch (command.type) {
      case 'AssignComplaint': {
        const { agent } = command;
        if (known.agent === agent) return [];
        if (known.status !== 'open') throw new ComplaintNotOpen(complaintId, known.status);
        return [ComplaintAssigned({ ...about(complaintId, known), agent })];
      }
      case 'RespondToComplaint':
        return respond(command, known, state);
      case 'ResolveComplaint':
        return resolve(command, known, context);
      case 'CloseComplaint':
        if (known.status === 'open') throw new ComplaintNotResolved(complaintId);
        return known.status === 'closed' ? [] : [ComplaintClosed(about(complaintId, known))];
      case 'ReopenComplaint':
        return reopen(command, known, context);
    }
  },
};

const about = (complaintId: string, { opening, cause, raisedOn }: ComplaintState) => ({
  complaintId,
  opening,
  cause,
  raisedOn,
});

function raise(command: RaiseComplaint, { byId }: Complaints, context: Context): readonly Proposal[] {
  const { complaintId, cause, priority = 'normal', channel, purchaseId, at } = command;
  const known = byId.get(complaintId);
  if (known !== undefined) {
    const same = known.cause === cause && known.priority === priority && known.channel === channel;
    if (!same || known.purchaseId !== purchaseId) throw new ComplaintAlreadyRaised(complaintId);
    return [];
  }
  const policy = context.policy(complaintsPolicy);
  const { zone } = context.policy(companyPolicy);
  mustBeListed('cause', cause, policy.causes);
  const raised = { complaintId, opening: 1, cause, raisedOn: dayOf(at, zone), priority, channel, purchaseId };
  const promises = promisesFor(at, priority, policy, zone);
  return [ComplaintRaised(present({ ...raised, ...promises, text: command.text ?? null }))];
}

function respond(command: RespondToComplaint, known: ComplaintState, state: Complaints): readonly Proposal[] {
  const { complaintId, responseId, channel, agent, note = null } = command;
  const given = state.answers.get(answerKey(complaintId, responseId));
  if (given !== undefined) {
    if (given.channel !== channel || given.agent !== agent) throw new ResponseAlreadyGiven(responseId);
    return [];
  }
  if (known.status !== 'open') throw new ComplaintNotOpen(complaintId, known.status);
  const first = !known.responded;
  return [ComplaintResponded(present({ ...about(complaintId, known), responseId, first, channel, agent, note }))];
}

function resolve(command: ResolveComplaint, known: ComplaintState, context: Context): readonly Proposal[] {
  const { complaintId, note = null } = command;
  const remedy = remedyOf(command.remedy);
  if (known.status !== 'open') {
    if (!sameRemedy(known.remedy, remedy)) throw new ComplaintAlreadyResolved(complaintId);
    return [];
  }
  mustBeListed('remedy.kind', remedy.kind, context.policy(complaintsPolicy).remedies);
  return [ComplaintResolved({ ...about(complaintId, known), remedy, note })];
}

function reopen(
  { complaintId, reason, at }: ReopenComplaint,
  known: ComplaintState,
  context: Context,
): readonly Proposal[] {
  if (known.status === 'open') {
    if (known.reason === reason) return [];
    throw new ComplaintNotResolved(complaintId);
  }
  const { priority, opening } = known;
  const promises = promisesFor(at, priority, context.policy(complaintsPolicy), context.policy(companyPolicy).zone);
  return [ComplaintReopened({ ...about(complaintId, known), opening: opening + 1, ...promises, priority, reason })];
}

/** An opening is promised what these policies say; all else about a complaint is as it was said. */
function promisedAgain([fact]: readonly ComplaintEvent[], _: Complaints, context: Context): DecidedAgain | undefined {
  if (fact?.type !== 'ComplaintRaised' && fact?.type !== 'ComplaintReopened') return undefined;
  const { zone } = context.policy(companyPolicy);
  const promises = promisesFor(fact.occurredAt, fact.data.priority, context.policy(complaintsPolicy), zone);
  if (fact.type === 'ComplaintRaised') return { proposals: [ComplaintRaised({ ...fact.data, ...promises })] };
  return { proposals: [ComplaintReopened({ ...fact.data, ...promises })] };
}

const remedyOf = ({ kind, amount, points }: RemedyInput): Remedy =>
  present({ kind, amount: amount && { ...amount }, points });

const sameRemedy = (known: Remedy | undefined, { kind, amount, points }: Remedy): boolean =>
  known?.kind === kind && known.points === points && sameMoney(known.amount, amount);

const sameMoney = (left: Money | undefined, right: Money | undefined): boolean =>
  left === undefined || right === undefined
    ? left === right
    : left.currency === right.currency && compare(left, right) === 0;

/** @throws {UnknownTerm} unless the list allows any */
function mustBeListed(path: string, term: string, list: readonly string[]): void {
  if (list.length > 0 && !list.includes(term)) throw new UnknownTerm(path, term, list);
}
