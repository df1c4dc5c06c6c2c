import type { Action } from './access.js';
import type { Parameter } from './route-parameters.js';

/** What a route answers with, by the name of its schema in the OpenAPI document. */
export interface Answer {
  readonly schema?: string;
  readonly types?: readonly string[];
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** As Fastify writes it: `/v1/customers/:id`. */
  readonly path: string;
  /** What a token must be allowed to do; undefined for everybody. */
  readonly action: Action | undefined;
  readonly about: string;
  readonly parameters?: readonly Parameter[];
  readonly body?: { readonly type: string; readonly schema: string };
  readonly answers: Readonly<Record<number, Answer>>;
  /** Statuses of problem documents beside those that `problemsOf` adds. */
  readonly problems?: readonly number[];
}
