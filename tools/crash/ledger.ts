import { customerOf, type Recorded } from '#kernel/fact.js';
import type { Sent } from './clients.js';

/** What the clients were told against what the log holds. Each text is a fault. */
export function faultsOf(sent: readonly Sent[], facts: readonly Recorded[]): readonly string[] {
  const byCommand = new Map<string, Recorded[]>();
  for (const fact of facts) {
    const { commandId } = fact.metadata;
    const mine = byCommand.get(commandId) ?? [];
    byCommand.set(commandId, [...mine, fact]);
  }
  return [...sent.flatMap((one) => faultsOfCommand(one, byCommand.get(one.commandId) ?? [])), ...faultsOfLog(facts)];
}

function faultsOfCommand({ commandId, body, answered }: Sent, facts: readonly Recorded[]): readonly string[] {
  if (answered === undefined) return [`${commandId} was never answered`];
  const mine = facts.filter(({ stream }) => customerOf(stream) === body['customerId']);
  const stored = mine.map(({ id }) => id);
  const told = answered.status < 300 ? answered.facts : [];
  if (told.join() === stored.join()) return [];
  return [`${commandId} (${answered.status}) was answered with facts ${told.join()}, the log has ${stored.join()}`];
}

/** What must hold of any log: no id twice, revisions without gaps, things that happen once happened once. */
export function faultsOfLog(facts: readonly Recorded[]): readonly string[] {
  const faults: string[] = [];
  const [ids, once, counts] = [new Set<string>(), new Set<string>(), new Map<string, number>()];
  let last = 0;
  const only = (known: Set<string>, key: string): void => {
    if (known.has(key)) faults.push(`${key} is there twice`);
    known.add(key);
  };
  for (const { id, stream, revision, position, type, data } of facts) {
    only(ids, id);
    const expected = counts.get(stream) ?? 0;
    if (revision !== expected) faults.push(`${stream} goes on with ${revision} where ${expected} was to come`);
    if (position <= last) faults.push(`position ${position} comes after ${last}`);
    counts.set(stream, revision + 1);
    last = position;
    const name = ONCE[type];
    if (name !== undefined) only(once, `${type} ${String(data[name])}`);
  }
  return [...faults, ...halvesOf(facts)];
}

/** The field by which a caller names what must not happen twice. */
const ONCE: Readonly<Record<string, string>> = {
  PurchaseRecorded: 'purchaseId',
  PointsSent: 'transferId',
  PointsReceived: 'transferId',
};

/** What spans two streams and has one half only. */
export function halvesOf(facts: readonly Recorded[]): readonly string[] {
  const of = (wanted: string, field: string): ReadonlySet<string> =>
    new Set(facts.filter(({ type }) => type === wanted).map(({ data }) => String(data[field])));
  const [sent, received] = [of('PointsSent', 'transferId'), of('PointsReceived', 'transferId')];
  const claimed = of('IdentityClaimed', 'identity');
  const held = new Set(facts.flatMap(({ metadata }) => metadata.claims ?? []));
  return [
    ...[...sent].filter((id) => !received.has(id)).map((id) => `transfer ${id} was sent and never received`),
    ...[...received].filter((id) => !sent.has(id)).map((id) => `transfer ${id} was received and never sent`),
    ...[...held].filter((identity) => !claimed.has(identity)).map((identity) => `${identity} is held and not claimed`),
    ...[...claimed].filter((identity) => !held.has(identity)).map((identity) => `${identity} is claimed and not held`),
  ];
}
