import type { ReadableStream as WebStream } from 'node:stream/web';
import type { Json } from '#kernel/ports/read-models.js';
import { customerStream, type Recorded } from '#kernel/fact.js';
import type { Difference } from '#engine/differences.js';
import type { Explanation } from '#engine/explanation.js';
import type { Compared } from '#engine/projecting.js';
import type { Find, Page } from '#engine/queries.js';
import { settled } from '#engine/settled.js';
import type { Verdict } from '#engine/verdict.js';
import { linesOf } from '#runtime/lines.js';
import type { NamedSnapshot } from '#runtime/named-snapshots.js';
import type { WhatIfRequest, WhatIfStanding } from '#runtime/what-ifs.js';
import type { Rebuild } from '#runtime/rebuilds.js';
import type { Answer, AnsweredFact, Gate, GateClock } from '../import/gate.js';
import {
  RemoteRefusal,
  type Access,
  type Answered,
  type AsOf,
  type InSnapshot,
  type ProjectionStatus,
  type PublishedPolicy,
  type Sending,
} from './access.js';
import { Client, refusalOf, type Problem } from './client.js';
import { LineSender } from './line-sender.js';

const PAGE = 1_000;
const ASK_EVERY_MS = 200;

/** Patron behind a running server, over HTTP. */
export class RemoteAccess implements Access {
  private readonly client: Client;

  constructor(server: string, token: string | undefined) {
    this.client = new Client(server, token);
  }

  async submit({ type, body, commandId, ifMatch, dryRun = false }: Sending): Promise<Answered> {
    const isPlain = commandId === undefined || /^[\x20-\x7e]*$/.test(commandId); // a header holds nothing else
    return this.client.json(`/v1/commands/${encodeURIComponent(type)}${dryRun ? '?dryRun=true' : ''}`, {
      method: 'POST',
      body: JSON.stringify(isPlain ? body : { commandId, ...(body as object) }),
      headers: {
        'content-type': 'application/json',
        ...(commandId !== undefined && isPlain && { 'idempotency-key': commandId }),
        ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
      },
    });
  }

  customer(customerId: string, asOf?: AsOf): Promise<Readonly<Record<string, Json>>> {
    const query = new URLSearchParams(asOfIn(asOf)).toString();
    return this.client.json(`/v1/customers/${encodeURIComponent(customerId)}${query === '' ? '' : `?${query}`}`);
  }

  find(
    model: string,
    { where = {}, sort = [], limit, cursor }: Find,
    after: number | undefined,
    asOf?: AsOf | InSnapshot,
  ): Promise<Page> {
    const query = new URLSearchParams(asOf !== undefined && 'snapshot' in asOf ? { ...asOf } : asOfIn(asOf));
    for (const [field, wanted] of Object.entries(where)) {
      if (typeof wanted === 'string') query.append(field, wanted);
      else for (const [comparison, value] of Object.entries(wanted)) query.append(`${field}[${comparison}]`, value);
    }
    if (sort.length > 0) query.set('sort', sort.join(','));
    if (limit !== undefined) query.set('limit', String(limit));
    if (cursor !== undefined) query.set('cursor', cursor);
    if (after !== undefined) query.set('after', String(after));
    return this.client.json(`/v1/read-models/${encodeURIComponent(model)}?${query.toString()}`);
  }

  async why(customerId: string, statement: string, which?: string, asOf?: AsOf): Promise<readonly Explanation[]> {
    const query = new URLSearchParams({ ...(which !== undefined && { which }), ...asOfIn(asOf) }).toString();
    const path = `/v1/customers/${encodeURIComponent(customerId)}/why/${encodeURIComponent(statement)}`;
    return listIn(await this.client.json(`${path}${query === '' ? '' : `?${query}`}`));
  }

  async *differences(model: string, from: string, to: string, by?: string): AsyncIterable<Difference> {
    const query = new URLSearchParams({ from, to, ...(by !== undefined && { by }) }).toString();
    const { body } = await this.client.fetch(`/v1/differences/${encodeURIComponent(model)}?${query}`, {});
    yield* objectsIn<Difference>(body);
  }

  whatIf(request: WhatIfRequest, tell: (share: number, facts: number) => void, signal: AbortSignal): Promise<Verdict> {
    const headers = { 'content-type': 'application/json' };
    const ask = async (): Promise<void> => {
      const { running, share, facts } = await this.client.json<WhatIfStanding>('/v1/what-if');
      if (running) tell(share, facts);
    };
    return asking(ask, async () => {
      const asked = { method: 'POST', body: JSON.stringify(request), headers, signal };
      return this.client.patiently<Verdict>('/v1/what-if', asked);
    });
  }

  async stream(stream: string, from: number, limit: number): Promise<readonly Recorded[]> {
    const path = `/v1/streams/${encodeURIComponent(stream)}?from=${from}&limit=${Math.min(limit, PAGE)}`;
    return listIn(await this.client.json(path));
  }

  async policies(name: string | undefined): Promise<readonly PublishedPolicy[]> {
    const path = `/v1/policies${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
    return listIn<PublishedPolicy>(await this.client.json(path)).map(({ name: of, version, effectiveFrom, rules }) => {
      const { version: _, ...published } = rules;
      return { name: of, version, effectiveFrom, rules: published };
    });
  }

  async projections(): Promise<readonly ProjectionStatus[]> {
    return listIn(await this.client.json('/v1/projections'));
  }

  async rebuild(
    names: readonly string[],
    tell: (name: string, share: number, facts: number) => void,
    signal: AbortSignal,
  ): Promise<readonly Compared[]> {
    const [first = ''] = names;
    const told = names.length === 1 ? first : `${names.length} projections`;
    const ask = async (): Promise<void> => {
      const all = (await this.projections()) as readonly { readonly name: string; readonly rebuild?: Rebuild }[];
      const rebuild = all.find(({ name }) => name === first)?.rebuild;
      if (rebuild !== undefined) tell(told, rebuild.share, rebuild.facts);
    };
    const query = new URLSearchParams({ names: names.join(','), wait: 'true' }).toString();
    const done = await asking(ask, () =>
      this.client.patiently(`/v1/projections/rebuild?${query}`, { method: 'POST', headers: {}, signal }),
    );
    return listIn<Rebuild>(done).flatMap(({ compared }) => compared ?? []);
  }

  async rebuildCustomer(name: string, customerId: string): Promise<Compared> {
    const query = new URLSearchParams({ customer: customerId }).toString();
    const path = `/v1/projections/${encodeURIComponent(name)}/rebuild?${query}`;
    const { compared } = await this.client.json<Rebuild>(path, { method: 'POST' });
    return compared ?? { name, appeared: 0, disappeared: 0, changed: 0, first: [] };
  }

  async turn(name: string, how: 'cancel' | 'switch-back' | 'drop'): Promise<void> {
    await this.client.json(`/v1/projections/${encodeURIComponent(name)}/${how}`, { method: 'POST' });
  }

  async retry(): Promise<readonly string[]> {
    return listIn(await this.client.json('/v1/projections/retry', { method: 'POST' }));
  }

  digest(name: string): Promise<{ readonly digest: string; readonly documents: number }> {
    return this.client.json(`/v1/projections/${encodeURIComponent(name)}/digest`);
  }

  replay(): Promise<never> {
    return foldsHere();
  }

  replayOwn(): Promise<never> {
    return foldsHere();
  }

  // eslint-disable-next-line require-yield -- it says so instead
  async *facts(): AsyncGenerator<never> {
    const message = `Facts are exported from the history itself: give --data, not --server, on the server's machine or ${ELSEWHERE}; other services follow GET /v1/changes.`;
    throw new RemoteRefusal('request.invalid', 'invalid', message);
  }

  async snapshots(): Promise<readonly NamedSnapshot[]> {
    return listIn(await this.client.json('/v1/snapshots'));
  }

  keepSnapshot(): Promise<never> {
    return keptHere();
  }

  dropSnapshot(): Promise<never> {
    return keptHere();
  }

  clock(): Promise<GateClock> {
    return this.client.json('/v1/clock');
  }

  gate(): Gate {
    const headers = { 'content-type': 'application/x-ndjson' };
    const lines = new LineSender(
      (body) => this.client.text('/v1/commands', { method: 'POST', body, headers }),
      (text) => this.client.parsed(text),
    );
    return {
      send: async (type, body, commandId): Promise<Answer> =>
        answerOf(await lines.send({ command: type, ...body, commandId })),
      clock: () => this.clock(),
      facts: (customerId, type) => this.factsOf(customerId, type),
      projected: async (position, tell) => {
        for (;;) {
          const all = await this.projections();
          if (all.every((status) => status.position >= position)) return;
          tell(leastShare(all));
          await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
        }
      },
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async *factsOf(customerId: string, type: string): AsyncIterable<AnsweredFact> {
    for (let from = 0; ; from += PAGE) {
      const page = await this.stream(customerStream(customerId), from, PAGE);
      for (const fact of page) if (fact.type === type) yield fact;
      if (page.length < PAGE) return;
    }
  }
}

function answerOf(line: Readonly<Record<string, unknown>>): Answer {
  const { status = 200, code, detail } = line as Problem;
  if (code === undefined) {
    const { repeated, position, facts } = line as unknown as {
      repeated: boolean;
      position: number;
      facts: readonly AnsweredFact[];
    };
    return { ok: true, repeated, position, facts };
  }
  if (status >= 500 || status === 401 || status === 403) throw refusalOf(status, line as Problem);
  return { ok: false, code, message: detail ?? code };
}

/** JSON texts, one a line. */
async function* objectsIn<T>(body: Response['body']): AsyncGenerator<T> {
  if (body === null) return;
  for await (const { bytes } of linesOf(body as WebStream<Uint8Array>, Infinity)) yield JSON.parse(String(bytes)) as T;
}

/** The list in an answer, whatever it is called there. */
function listIn<T>(answer: unknown): readonly T[] {
  if (Array.isArray(answer)) return answer as T[];
  return (Object.values(answer as object).find((value) => Array.isArray(value)) ?? []) as T[];
}

const asOfIn = (asOf: AsOf | undefined): Record<string, string> => ({
  ...(asOf !== undefined && { asOf: asOf.at, ...(asOf.by !== undefined && { by: asOf.by }) }),
});

/** Where a history lies that others than the server's own process may read as much of as they like. */
const ELSEWHERE = 'on a mirror (`patron mirror`)';

/** Does work, and asks beside it how far it is. */
async function asking<T>(ask: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => void settled(ask()), ASK_EVERY_MS);
  return work().finally(() => clearInterval(timer));
}

function keptHere(): Promise<never> {
  const message = `Snapshots are kept in the data folder, and read through the server: give --data to keep or drop one, beside the server or ${ELSEWHERE}.`;
  return Promise.reject(new RemoteRefusal('request.invalid', 'invalid', message));
}

function foldsHere(): Promise<never> {
  const message = `A replay folds in this process: give --data, not --server, beside the server or ${ELSEWHERE}.`;
  return Promise.reject(new RemoteRefusal('request.invalid', 'invalid', message));
}

const leastShare = (statuses: readonly ProjectionStatus[]): number =>
  Math.min(1, ...statuses.map(({ share }) => share));
