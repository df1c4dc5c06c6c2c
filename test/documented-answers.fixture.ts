import type { Contract } from '../tools/fuzz/contract.js';
import type { Caller, TestServer } from './server-kit.js';

export interface Operation {
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly example?: Readonly<Record<string, unknown>> }>>;
  };
  readonly responses: Readonly<Record<string, object>>;
  readonly 'x-roles'?: readonly string[];
}
export type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

const VALUES: Readonly<Record<string, string>> = {
  '/v1/policies/{name}': 'company',
  '/v1/read-models/{name}/{key}': 'loyalty_balance/seen',
  '/v1/differences/{name}': 'loyalty_balance',
  '/v1/projections/{name}/digest': 'loyalty_balance',
  '/v1/projections/{name}/rebuild': 'loyalty_balance',
  '/v1/projections/{name}/cancel': 'loyalty_balance',
  '/v1/projections/{name}/switch-back': 'loyalty_balance',
  '/v1/projections/{name}/drop': 'loyalty_balance',
  '/v1/customers/{id}': 'seen',
  '/v1/customers/{id}/why/{statement}': 'seen/stage',
  '/v1/streams/{stream}': 'customer-seen',
};
export const QUERIES: Readonly<Record<string, string>> = {
  '/v1/customers': '?identity=email:seen@example.org',
  '/v1/differences/{name}': '?from=1&to=2',
};
/** Behind a page of a build that is gone. */
export const GONE = Buffer.from('["gone","seen"]').toString('base64url');
export const NDJSON = { 'content-type': 'application/x-ndjson' };
/** Commands to the deployment that have something left to do. */
export const UNDONE: Readonly<Record<string, object>> = {
  '/v1/commands/AdvanceClock': { to: '2026-03-25' },
  '/v1/commands/FixClock': { at: '2026-03-22' },
  '/v1/commands/PublishPolicy': { rules: { zone: 'UTC', currency: 'SEK' } },
};
/** The path of an operation with values that are there, or with others. */
export const filled = (path: string, values = VALUES[path] ?? ''): string => {
  const parts = values.split('/');
  return path.replace(/\{\w+\}/g, () => parts.shift() ?? 'x');
};

/** Done is answered in one place for all commands; what each may be refused for is its own. */
export const shared = (answer: string): string => answer.replace(/commands\/\w+ (20\d)$/, 'commands/… $1');

/** Drives every response that the OpenAPI document names, and takes note of what came. */
export class Drive {
  readonly seen = new Set<string>();

  constructor(
    readonly server: TestServer,
    readonly admin: Caller,
    readonly contract: Contract,
  ) {}

  async send(caller: Caller | undefined, method: string, path: string, init: RequestInit = {}): Promise<number> {
    const pending =
      caller === undefined
        ? fetch(this.server.running.url + path, { ...init, method })
        : caller.send(method, path, init);
    return this.took(method, path, (await pending).status);
  }

  json(method: string, path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<number> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.send(this.admin, method, path, {
      body: text,
      headers: { 'content-type': 'application/json', ...headers },
    });
  }

  took(method: string, path: string, status: number): number {
    this.seen.add(`${this.contract.operation(method, path) ?? `${method} ${path}`} ${status}`);
    return status;
  }
}
