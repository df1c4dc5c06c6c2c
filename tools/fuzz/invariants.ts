import type { Recorded } from '#kernel/fact.js';
import { DomainError } from '#kernel/errors.js';
import { statusOfKind } from '#runtime/problem.js';
import type { Contract } from './contract.js';
import type { Sent } from './requests.js';
import type { Answered, FuzzWorld } from './world.js';

interface Told {
  readonly commandId: string;
  readonly facts: readonly { readonly id: string }[];
  readonly repeated: boolean;
  readonly dryRun: boolean;
}

/** A promise that was not kept; the message names it. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

const PROBLEM = 'application/problem+json';
const TRACE = /\n\s+at .+:\d+:\d+/;
const SYSTEM = /^(policy-|calendar|population|settlements|identity-|clock)/;

/** Sends a request and holds the answer to the document, and the log to the answer. @throws {Broken} */
export async function holdsOverHttp(world: FuzzWorld, contract: Contract, sent: Sent): Promise<string> {
  const before = await world.head();
  const answer = await world.send(sent);
  const { status, text } = answer;
  const place = `${sent.method} ${contract.operation(sent.method, sent.path) ?? 'nowhere'}`;
  const broken = (promise: string): never => {
    throw new Broken(`${promise}: ${place} answered ${status} ${text.slice(0, 300)}`);
  };
  if (!contract.statuses(sent.method, sent.path).includes(String(status))) broken('status is not documented');
  const waited = status === 503 && sent.path.includes('after=') && /^$|"read_model.not_yet"/.test(text);
  const health = status === 503 && sent.path.startsWith('/health/ready'); // says what is parked, see `standing`
  if (status >= 500 && !waited && !health) broken('status is ours to answer for');
  if (TRACE.test(text)) broken('an inner trace is shown');
  const type = String(answer.headers['content-type'] ?? '').split(';')[0] ?? '';
  if (sent.method !== 'HEAD') {
    const types = contract.types(sent.method, sent.path, status);
    if (!types.includes(type) && text !== '') broken(`content type ${type} is not documented`);
    if (status >= 400 && !health) problemHolds(answer, broken);
  }
  await factsHold(world, before, status < 400 ? receiptsIn(sent, answer) : [], broken);
  return `${place} ${status}`;
}

/** The same of a command that comes without HTTP. @throws {Broken} */
export async function holdsInProcess(
  world: FuzzWorld,
  contract: Contract,
  type: string,
  text: string,
): Promise<string> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return 'no JSON';
  }
  const before = await world.head();
  const broken = (promise: string): never => {
    throw new Broken(`${promise}: ${type} in process`);
  };
  try {
    const receipt = await world.patron.commands.submit({ type, body });
    await factsHold(world, before, [receipt], broken);
    return `${type} done`;
  } catch (error) {
    if (error instanceof Broken) throw error;
    if (!(error instanceof DomainError))
      return broken(`unforeseen ${error instanceof Error ? error.stack : String(error)}`);
    const status = statusOfKind[error.kind];
    if (!contract.statuses('POST', `/v1/commands/${type}`).includes(String(status))) {
      broken(`status ${status} of ${error.code} is not documented`);
    }
    if (status >= 500) broken(`status ${status} of ${error.code} is ours to answer for`);
    await factsHold(world, before, [], broken);
    return `${type} ${error.code}`;
  }
}

function problemHolds({ status, headers, text }: Answered, broken: (promise: string) => never): void {
  if (!String(headers['content-type']).startsWith(PROBLEM)) broken('an error is no problem document');
  const problem = JSON.parse(text) as Readonly<Record<string, unknown>>;
  if (problem['status'] !== status) broken('a problem document names another status');
  if (problem['type'] !== `/problems/${String(problem['code'])}`) broken('a problem document has no type');
  for (const field of ['title', 'detail', 'code']) {
    if (typeof problem[field] !== 'string' || problem[field] === '') broken(`a problem document has no ${field}`);
  }
  if (text.length > 100_000) broken('a problem document is large');
}

/** What the answer says was appended; for NDJSON, line by line. */
function receiptsIn({ method, path }: Sent, { text }: Answered): readonly Told[] {
  if (method !== 'POST' || !/^\/v1\/(commands|policies)/.test(path)) return [];
  const told = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Told & { readonly code?: string });
  return told.filter(({ code }) => code === undefined);
}

/** Exactly the facts of the receipts were appended, and what Patron itself appends with them. */
async function factsHold(
  world: FuzzWorld,
  before: number,
  receipts: readonly Told[],
  broken: (promise: string) => never,
): Promise<void> {
  const head = await world.head();
  const effective = receipts.filter(({ dryRun, repeated }) => !dryRun && !repeated);
  if (head === before && effective.every(({ facts }) => facts.length === 0)) return;
  const system = receipts.some((receipt) => !receipt.dryRun && ('clock' in receipt || 'policy' in receipt));
  const appended = await world.since(before);
  const ids = new Set(appended.map(({ id }) => id));
  const promised = new Set(effective.flatMap(({ facts }) => facts.map(({ id }) => id)));
  for (const id of promised) if (!ids.has(id)) broken(`fact ${id} of a receipt was not appended`);
  const commandIds = new Set(effective.filter(({ facts }) => facts.length > 0).map(({ commandId }) => commandId));
  for (const fact of appended) {
    if (promised.has(fact.id) || (system && (SYSTEM.test(fact.stream) || settles(fact)))) continue;
    if (fact.stream.startsWith('identity-') && commandIds.size > 0) continue;
    if (promised.has(fact.metadata.$causationId ?? '')) continue;
    broken(`${fact.type} in ${fact.stream} is in no receipt`);
  }
}

const settles = ({ metadata }: Recorded): boolean => metadata.actor?.kind === 'clock';
