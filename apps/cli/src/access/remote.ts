import type { ReadableStream as WebStream } from 'node:stream/web';
import type { ErrorKind, FieldError } from '#kernel/errors.js';
import type { Json } from '#kernel/ports/read-models.js';
import { customerStream, type Recorded } from '#kernel/fact.js';
import type { Difference } from '#engine/differences.js';
import type { Explanation } from '#engine/explanation.js';
import type { Compared } from '#engine/projecting.js';
import type { Find, Page } from '#engine/queries.js';
import { settled } from '#engine/settled.js';
import type { Verdict } from '#engine/verdict.js';
import { linesOf } from '#runtime/lines.js';
import type { WhatIfRequest } from '#runtime/what-ifs.js';
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
import { leastShare } from './direct.js';
import { LineSender } from './line-sender.js';

const KINDS: Readonly<Record<number, ErrorKind>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  408: 'too_slow',
  409: 'conflict',
  412: 'precondition',
  413: 'too_large',
  503: 'unavailable',
};
const PAGE = 1_000;
const ASK_EVERY_MS = 200;

interface Problem {
  readonly status?: number;
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
}

/** Patron behind a running server, over HTTP. */
export class RemoteAccess implements Access {
  private readonly base: string;

  constructor(
    server: string,
    private readonly token: string | undefined,
  ) {
    this.base = server.replace(/\/+$/, '');
  }

  async submit({ type, body, commandId, ifMatch, dryRun = false }: Sending): Promise<Answered> {
    return this.json(`/v1/commands/${encodeURIComponent(type)}${dryRun ? '?dryRun=true' : ''}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: {
        'content-type': 'application/json',
        ...(commandId !== undefined && { 'idempotency-key': commandId }),
        ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
      },
    });
  }

  customer(customerId: string, asOf?: AsOf): Promise<Readonly<Record<string, Json>>> {
    const query = new URLSearchParams(asOfIn(asOf)).toString();
    return this.json(`/v1/customers/${encodeURIComponent(customerId)}${query === '' ? '' : `?${query}`}`);
  }

  find(
    model: string,
    { where = {}, sort = [], limit, cursor }: Find,
    after: number | undefined,
    asOf?: AsOf | InSnapshot,
  ): Promise<Page> {
    if (asOf !== undefined && 'snapshot' in asOf) return keptHere();
    const query = new URLSearchParams(asOfIn(asOf));
    for (const [field, wanted] of Object.entries(where)) {
      if (typeof wanted === 'string') query.append(field, wanted);
      else for (const [comparison, value] of Object.entries(wanted)) query.append(`${field}[${comparison}]`, value);
    }
    if (sort.length > 0) query.set('sort', sort.join(','));
    if (limit !== undefined) query.set('limit', String(limit));
    if (cursor !== undefined) query.set('cursor', cursor);
    if (after !== undefined) query.set('after', String(after));
    return this.json(`/v1/read-models/${encodeURIComponent(model)}?${query.toString()}`);
  }

  async why(customerId: string, statement: string, which?: string, asOf?: AsOf): Promise<readonly Explanation[]> {
    const query = new URLSearchParams({ ...(which !== undefined && { which }), ...asOfIn(asOf) }).toString();
    const path = `/v1/customers/${encodeURIComponent(customerId)}/why/${encodeURIComponent(statement)}`;
    return listIn(await this.json(`${path}${query === '' ? '' : `?${query}`}`));
  }

  async *differences(model: string, from: string, to: string, by?: string): AsyncIterable<Difference> {
    const query = new URLSearchParams({ from, to, ...(by !== undefined && { by }) }).toString();
    const { body } = await this.fetch(`/v1/differences/${encodeURIComponent(model)}?${query}`, {});
    yield* objectsIn<Difference>(body);
  }

  whatIf(request: WhatIfRequest, _: unknown, signal: AbortSignal): Promise<Verdict> {
    const headers = { 'content-type': 'application/json' };
    return this.json('/v1/what-if', { method: 'POST', body: JSON.stringify(request), headers, signal });
  }

  async stream(stream: string, from: number, limit: number): Promise<readonly Recorded[]> {
    const path = `/v1/streams/${encodeURIComponent(stream)}?from=${from}&limit=${Math.min(limit, PAGE)}`;
    return listIn(await this.json(path));
  }

  async policies(name: string | undefined): Promise<readonly PublishedPolicy[]> {
    const path = `/v1/policies${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
    return listIn<PublishedPolicy>(await this.json(path)).map(({ name: of, version, effectiveFrom, rules }) => {
      const { version: _, ...published } = rules;
      return { name: of, version, effectiveFrom, rules: published };
    });
  }

  async projections(): Promise<readonly ProjectionStatus[]> {
    return listIn(await this.json('/v1/projections'));
  }

  /** One after the other: a server is asked for one at a time. */
  async rebuild(
    names: readonly string[],
    tell: (name: string, share: number, facts: number) => void,
  ): Promise<readonly Compared[]> {
    const compared: Compared[] = [];
    for (const name of names) {
      const ask = async (): Promise<void> => {
        const all = (await this.projections()) as readonly { readonly name: string; readonly rebuild?: Rebuild }[];
        const rebuild = all.find((status) => status.name === name)?.rebuild;
        if (rebuild !== undefined) tell(name, rebuild.share, rebuild.facts);
      };
      const timer = setInterval(() => void settled(ask()), ASK_EVERY_MS);
      try {
        const path = `/v1/projections/${encodeURIComponent(name)}/rebuild?wait=true`;
        const done = await this.json<Rebuild>(path, { method: 'POST' });
        if (done.compared !== undefined) compared.push(done.compared);
      } finally {
        clearInterval(timer);
      }
    }
    return compared;
  }

  async turn(name: string, how: 'cancel' | 'switch-back' | 'drop'): Promise<void> {
    await this.json(`/v1/projections/${encodeURIComponent(name)}/${how}`, { method: 'POST' });
  }

  async retry(): Promise<readonly string[]> {
    return listIn(await this.json('/v1/projections/retry', { method: 'POST' }));
  }

  digest(name: string): Promise<{ readonly digest: string; readonly documents: number }> {
    return this.json(`/v1/projections/${encodeURIComponent(name)}/digest`);
  }

  replay(): Promise<never> {
    return foldsHere();
  }

  replayOwn(): Promise<never> {
    return foldsHere();
  }

  // eslint-disable-next-line require-yield -- it says so instead
  async *facts(): AsyncGenerator<never> {
    const message = 'Facts are read from the history itself: give --data, not --server; or read GET /v1/changes.';
    throw new RemoteRefusal('request.invalid', 'invalid', message);
  }

  snapshots(): Promise<never> {
    return keptHere();
  }

  keepSnapshot(): Promise<never> {
    return keptHere();
  }

  dropSnapshot(): Promise<never> {
    return keptHere();
  }

  clock(): Promise<GateClock> {
    return this.json('/v1/clock');
  }

  gate(): Gate {
    const lines = new LineSender((body) =>
      this.fetch('/v1/commands', { method: 'POST', body, headers: { 'content-type': 'application/x-ndjson' } }),
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

  private async json<T>(path: string, init: RequestInit = {}): Promise<T> {
    const response = await this.fetch(path, init);
    return (await response.json()) as T;
  }

  /** @throws {RemoteRefusal} */
  private async fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...init.headers, ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }) };
    let response: Response;
    try {
      response = await fetch(this.base + path, { ...init, headers });
    } catch (error) {
      const { cause } = error as { readonly cause?: Error };
      throw new RemoteRefusal(
        'server.unreachable',
        'unavailable',
        `${this.base} does not answer: ${cause?.message ?? String(error)}`,
      );
    }
    if (response.ok) return response;
    throw refusalOf(response.status, (await response.json().catch(() => ({}))) as Problem);
  }
}

const refusalOf = (
  status: number,
  { code = 'server.error', detail = `The server answers ${status}.`, errors }: Problem,
) => new RemoteRefusal(code, KINDS[status] ?? 'conflict', detail, errors);

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

function keptHere(): Promise<never> {
  const message = 'Snapshots lie in the data folder: give --data, not --server. It may be read beside the server.';
  return Promise.reject(new RemoteRefusal('request.invalid', 'invalid', message));
}

function foldsHere(): Promise<never> {
  const message = 'A replay folds in this process: give --data, not --server. It may run beside the server.';
  return Promise.reject(new RemoteRefusal('request.invalid', 'invalid', message));
}
