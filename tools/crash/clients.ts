import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../bench/random.js';
import type { Server } from './server.js';

/** What came back for a command; one answer ends it. */
export interface Answered {
  readonly status: number;
  readonly facts: readonly string[];
  readonly repeated: boolean;
}

/** A command under its own id, as a client knows it. */
export interface Sent {
  readonly commandId: string;
  readonly command: string;
  readonly body: Readonly<Record<string, unknown>>;
  attempts: number;
  answered?: Answered;
}

const CLIENTS = 64;
const CUSTOMERS = 40;
const AGAIN_MS = 100;
const SOON_MS = 1_500;

/** Callers who each send one command after the other, and each of them again under the same id until it was answered. */
export class Clients {
  readonly sent: Sent[] = [];
  private readonly running: Promise<unknown>;

  constructor(
    private readonly server: Server,
    private readonly random: Random,
    private readonly eachSends: number,
    /** Tells the commands of these clients from those of others before them. */
    private readonly name = 'command',
  ) {
    this.running = Promise.all(Array.from({ length: CLIENTS }, (_, client) => this.client(client)));
  }

  /** Commands that were sent and had no answer yet. */
  get unanswered(): readonly Sent[] {
    return this.sent.filter(({ attempts, answered }) => attempts > 0 && answered === undefined);
  }

  get isDone(): boolean {
    const answered = this.sent.filter((sent) => sent.answered !== undefined).length;
    return answered === CLIENTS * this.eachSends;
  }

  /** Ends when everything was answered. */
  async done(): Promise<void> {
    await this.running;
  }

  private async client(client: number): Promise<void> {
    for (let number = 0; number < this.eachSends; number += 1) {
      const sent = this.next(client, number);
      this.sent.push(sent);
      while (sent.answered === undefined) {
        sent.attempts += 1;
        const answered = await this.attempt(sent);
        if (answered === undefined) await delay(AGAIN_MS + this.random.whole(0, AGAIN_MS));
        else sent.answered = answered;
      }
    }
  }

  /** Undefined where nobody can know whether it was done. */
  private async attempt({ command, commandId, body }: Sent): Promise<Answered | undefined> {
    try {
      const response = await this.server.send(command, { ...body, commandId });
      const answer = (await response.json()) as {
        readonly facts?: readonly { id: string }[];
        readonly repeated?: boolean;
      };
      if (response.status >= 500) return undefined;
      if (response.status === 401) throw new Error('The clients have no token.');
      const { facts = [], repeated = false } = answer;
      return { status: response.status, facts: facts.map(({ id }) => id), repeated };
    } catch (error) {
      if (error instanceof TypeError || error instanceof SyntaxError) return undefined; // the connection broke
      throw error;
    }
  }

  private next(client: number, number: number): Sent {
    const { random } = this;
    const commandId = `${this.name}-${client}-${number}`;
    const customerId = `c-${random.whole(1, CUSTOMERS)}`;
    const sent = (command: string, more: object): Sent => ({
      ...{ commandId, command, attempts: 0 },
      body: { customerId, ...more },
    });
    const kind = random.next();
    if (kind < 0.4) return sent('EarnPoints', { earningId: commandId, points: random.whole(10, 500) });
    if (kind < 0.7) return sent('RecordPurchase', { purchaseId: commandId, lines: [line(random)] });
    if (kind < 0.85) {
      return sent('TransferPoints', {
        transferId: commandId,
        to: `c-${CUSTOMERS + client}`,
        points: random.whole(1, 50),
      });
    }
    return sent('AddContactPoint', { kind: 'email', value: `${commandId}@example.org` });
  }
}

const line = (random: Random) => ({
  ...{ sku: 'mug', quantity: random.whole(1, 3) },
  unitPrice: { units: random.whole(100, 5_000), scale: 2, currency: 'GBP' },
});

/** Waits until some were answered, so that a kill comes in the midst of work. */
export async function underWay(clients: Clients, more: number): Promise<void> {
  const answered = (): number => clients.sent.filter((sent) => sent.answered !== undefined).length;
  const [goal, until] = [answered() + more, Date.now() + SOON_MS];
  while (answered() < goal && !clients.isDone && Date.now() < until) await delay(2);
}
