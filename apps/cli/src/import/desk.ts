import { createHash } from 'node:crypto';
import { instantOf } from '#kernel/time.js';
import type { Answer, AnsweredFact, Gate } from './gate.js';
import type { Mapping } from './mapping.js';
import type { Scratch } from './scratch.js';
import type { Group, Row, Spool } from './spool.js';
import type { Tally } from './tally.js';

export type Refusal = Extract<Answer, { ok: false }>;

/** Turns groups into commands, and counts what they were answered. */
export interface Post {
  group(group: Group): Promise<void>;
}

/** Where commands of every kind go out: who is registered, what was refused, how far the store has come. */
export class Desk {
  readonly source: string;
  /** Of the newest fact that answered. */
  position = 0;
  private readonly meet;
  private readonly serve;
  private readonly setNew;
  private readonly getKnew;

  constructor(
    db: Scratch,
    private readonly mapping: Mapping,
    private readonly gate: Gate,
    private readonly spool: Spool,
    private readonly tally: Tally,
  ) {
    db.exec('CREATE TABLE met (id TEXT PRIMARY KEY, knew INT, served INT) WITHOUT ROWID');
    this.meet = db.prepare('INSERT OR IGNORE INTO met VALUES (?, 1, 0)');
    this.serve = db.prepare('UPDATE met SET served = 1 WHERE id = ? AND served = 0');
    this.setNew = db.prepare('UPDATE met SET knew = 0 WHERE id = ?');
    this.getKnew = db.prepare('SELECT knew FROM met WHERE id = ?');
    this.source = `import ${mapping.name}`;
  }

  /** Sends it when the customer is first seen. */
  async register({ customerId, atMs }: Pick<Group, 'customerId' | 'atMs'>): Promise<void> {
    if (this.meet.run(customerId).changes === 0 || !this.mapping.register) return;
    const source = this.mapping.customer.synthetic ? `${this.source} (synthetic customer)` : this.source;
    const body = { customerId, at: instantOf(atMs), source };
    const answer = await this.send('RegisterCustomer', body, this.commandId('register'));
    if (answer.ok && !answer.repeated && answer.facts.length > 0) this.setNew.run(customerId);
  }

  /** Counts a customer of whom something was taken, once. */
  served(customerId: string): void {
    if (this.serve.run(customerId).changes > 0) this.tally.customers += 1;
  }

  /** Was the customer there before this import? */
  knew(customerId: string): boolean {
    const [knew] = (this.getKnew.get(customerId) ?? [0]) as unknown as readonly [number];
    return knew === 1;
  }

  facts(customerId: string, type: string): AsyncIterable<AnsweredFact> {
    return this.gate.facts(customerId, type);
  }

  async send(type: string, body: Readonly<Record<string, unknown>>, commandId: string): Promise<Answer> {
    const answer = await this.gate.send(type, body, commandId);
    if (answer.ok && answer.position > this.position) this.position = answer.position;
    return answer;
  }

  refused(rows: readonly Row[], { code, message }: Refusal): false {
    for (const row of rows) this.reject(row, `${code}: ${message}`);
    return false;
  }

  reject({ line, raw }: Row, reason: string): void {
    this.tally.rejected += 1;
    this.spool.reject({ line, raw }, { column: '', reason });
  }

  commandId(...parts: readonly string[]): string {
    const [key = '', ...more] = parts;
    return `import/${this.mapping.name}/${key}${more.length > 0 ? `/${hashOf(more).slice(0, 16)}` : ''}`;
  }
}

export const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');
