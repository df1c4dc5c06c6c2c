import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request, type OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recorded } from '#kernel/fact.js';
import { FixedClock } from '#adapters/memory/fixed-clock.js';
import { loadConfig } from '#runtime/config.js';
import { httpAppOf } from '#runtime/http-app.js';
import { openPatron, type Patron } from '#runtime/patron.js';
import type { Sent } from './requests.js';

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A Patron of its own, behind a socket, whose clock stands still. */
export class FuzzWorld {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  private constructor(
    readonly patron: Patron,
    private readonly port: number,
    private readonly token: string,
    /** Lines of the log that say error. */
    readonly errors: readonly string[],
    private readonly end: () => Promise<void>,
  ) {}

  static async open(store: 'memory' | 'embedded'): Promise<FuzzWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'patron-fuzz-'));
    const config = loadConfig({
      flags: { data: join(folder, 'data'), port: 0, eventStore: store, readModels: store, logLevel: 'error' },
      folder,
    });
    const patron = await openPatron(config, { mode: 'write', clock: new FixedClock('2026-03-10T12:00:00.000Z') });
    const errors: string[] = [];
    const { nest } = await httpAppOf(patron, { log: (line) => void errors.push(line), pages: false });
    await nest.listen(0, '127.0.0.1');
    const { port } = (nest.getHttpServer() as { address(): { port: number } }).address();
    const { secret } = patron.tokens.create({ name: 'fuzz', role: 'admin' });
    return new FuzzWorld(patron, port, secret, errors, async () => {
      await nest.close();
      await patron.close();
      rmSync(folder, { recursive: true, force: true });
    });
  }

  send({ method, path, headers, body, known }: Sent): Promise<Answered> {
    const own: OutgoingHttpHeaders = { ...(known && { authorization: `Bearer ${this.token}` }), ...headers };
    if (body !== undefined) own['content-length'] = Buffer.byteLength(body);
    return new Promise((resolve, reject) => {
      const going = request(
        { host: '127.0.0.1', port: this.port, agent: this.agent, method, path, headers: own },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('error', reject);
          response.once('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      going.once('error', reject);
      going.end(body);
    });
  }

  async document(): Promise<Readonly<Record<string, unknown>>> {
    const { text } = await this.send({ method: 'GET', path: '/docs-json', headers: {}, known: false });
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  }

  head(): Promise<number> {
    return this.patron.store.head();
  }

  async since(position: number): Promise<readonly Recorded[]> {
    const facts: Recorded[] = [];
    for await (const batch of this.patron.store.readAll({ after: position })) facts.push(...batch.facts);
    return facts;
  }

  async close(): Promise<void> {
    this.agent.destroy();
    await this.end();
  }
}
