import type { ErrorKind, FieldError } from '#kernel/errors.js';
import { RemoteRefusal } from './access.js';
import { patiently, type Patient } from './patiently.js';

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
export interface Problem {
  readonly status?: number;
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
}

/** Requests to one server, under one token. Every one throws what is refused as a RemoteRefusal. */
export class Client {
  private readonly base: string;

  constructor(
    server: string,
    private readonly token: string | undefined,
  ) {
    this.base = server.replace(/\/+$/, '');
  }

  async json<T>(path: string, init: RequestInit = {}): Promise<T> {
    return (await (await this.fetch(path, init)).json()) as T;
  }

  /** @throws {RemoteRefusal} */
  fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...(init.headers as Readonly<Record<string, string>> | undefined), ...this.authorization };
    return this.answered(fetch(this.base + path, { ...init, headers }));
  }

  /** The same for work that may take longer than fetch waits. @throws {RemoteRefusal} */
  async patiently<T>(path: string, asked: Patient): Promise<T> {
    const headers = { ...asked.headers, ...this.authorization };
    return (await (await this.answered(patiently(this.base + path, { ...asked, headers }))).json()) as T;
  }

  private async answered(asked: Promise<Response>): Promise<Response> {
    let response: Response;
    try {
      response = await asked;
    } catch (error) {
      const { cause, message } = error as { readonly cause?: Error; readonly message: string };
      const said = `${this.base} does not answer: ${cause?.message ?? message}`;
      throw new RemoteRefusal('server.unreachable', 'unavailable', said);
    }
    if (response.ok) return response;
    throw refusalOf(response.status, (await response.json().catch(() => ({}))) as Problem);
  }

  private get authorization(): Readonly<Record<string, string>> {
    return this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
  }
}

export const refusalOf = (
  status: number,
  { code = 'server.error', detail = `The server answers ${status}.`, errors }: Problem,
) => new RemoteRefusal(code, KINDS[status] ?? 'conflict', detail, errors);
