import type { ErrorKind, FieldError } from '#kernel/errors.js';
import { UsageError } from '../frame/parse-args.js';
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
    if (!/^https?:$/.test(URL.canParse(server) ? new URL(server).protocol : '')) {
      throw new UsageError(
        `--server (PATRON_SERVER) is no address of a server: ${server}. Give one such as http://127.0.0.1:4600.`,
      );
    }
    if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
      throw new UsageError('--token (PATRON_TOKEN) holds what no token does, such as a blank or the end of a line.');
    }
    this.base = server.replace(/\/+$/, '');
  }

  async json<T>(path: string, init: RequestInit = {}): Promise<T> {
    return this.parsed<T>(await this.text(path, init));
  }

  async text(path: string, init: RequestInit): Promise<string> {
    return this.whole(await this.fetch(path, init));
  }

  /** @throws {RemoteRefusal} for an answer that no Patron gives */
  parsed<T>(text: string): T {
    try {
      return JSON.parse(text) as T;
    } catch {
      throw this.unreachable('answers, but not as Patron does: is that its address, and no proxy between?');
    }
  }

  /** @throws {RemoteRefusal} */
  fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...(init.headers as Readonly<Record<string, string>> | undefined), ...this.authorization };
    return this.answered(fetch(this.base + path, { ...init, headers }));
  }

  /** The same for work that may take longer than fetch waits. @throws {RemoteRefusal} */
  async patiently<T>(path: string, asked: Patient): Promise<T> {
    const headers = { ...asked.headers, ...this.authorization };
    return this.parsed<T>(await this.whole(await this.answered(patiently(this.base + path, { ...asked, headers }))));
  }

  private whole(response: Response): Promise<string> {
    return response.text().catch((error: unknown) => {
      throw this.unreachable(
        `broke off within its answer (${reasonOf(error)}); what was sent may be done: send it again`,
      );
    });
  }

  private async answered(asked: Promise<Response>): Promise<Response> {
    let response: Response;
    try {
      response = await asked;
    } catch (error) {
      throw this.unreachable(`does not answer: ${reasonOf(error)}`);
    }
    if (response.ok) return response;
    throw refusalOf(response.status, (await response.json().catch(() => ({}))) as Problem);
  }

  private unreachable(why: string): RemoteRefusal {
    return new RemoteRefusal('server.unreachable', 'unavailable', `${this.base} ${why}`);
  }

  private get authorization(): Readonly<Record<string, string>> {
    return this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
  }
}

export const refusalOf = (
  status: number,
  { code = 'server.error', detail = `The server answers ${status}.`, errors }: Problem,
) => new RemoteRefusal(code, KINDS[status] ?? (status < 500 ? 'conflict' : 'unavailable'), detail, errors);

function reasonOf(error: unknown): string {
  const { cause, message } = error as { readonly cause?: Error; readonly message: string };
  return cause?.message || message;
}
