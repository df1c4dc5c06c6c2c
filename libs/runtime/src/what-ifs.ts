import { DomainError, InvalidRequest, type FieldError } from '#kernel/errors.js';
import type { Raw } from '#kernel/parse.js';
import { EARLIEST } from '#kernel/time.js';
import type { Engine } from '#engine/engine.js';
import { momentOf } from '#engine/past.js';
import type { Supposition } from '#engine/supposed.js';
import type { Verdict } from '#engine/verdict.js';
import { WhatIf, type Asking, type Question } from '#engine/what-if.js';
import { WhatIfRunning } from './errors.js';
import { instantIn } from './system-door.js';
import { traced } from './tracing.js';

/** What somebody wants to know; every field may be left out. Without policies the history is decided again as it was. */
export interface WhatIfRequest {
  /** Rules by the name of their policy, whole, as they would be published. */
  readonly policies?: Readonly<Record<string, Raw>>;
  /** In force for facts from this instant or day on; always by default. */
  readonly from?: string;
  /** How much of history is looked at: an instant or a position; all by default. */
  readonly asOf?: string;
  readonly by?: string;
}

export interface WhatIfStanding {
  readonly running: boolean;
  /** From 0 to 1; 0 where none is running. */
  readonly share: number;
  readonly facts: number;
}

const FIELDS = ['policies', 'from', 'asOf', 'by'];

/** Where what-ifs are asked, one at a time: each reads the whole history. */
export class WhatIfs {
  private isRunning = false;
  private share = 0;
  private facts = 0;

  constructor(private readonly engine: Engine) {}

  /** How far the one is that is being answered. */
  get standing(): WhatIfStanding {
    return { running: this.isRunning, share: this.share, facts: this.facts };
  }

  /** @throws {InvalidRequest} naming every field that does not hold @throws {WhatIfRunning} */
  async ask(body: unknown, asking: Asking = {}): Promise<Verdict> {
    const question = this.question(body);
    if (this.isRunning) throw new WhatIfRunning();
    this.isRunning = true;
    const progress = (share: number, facts: number): void => {
      [this.share, this.facts] = [share, facts];
      asking.progress?.(share, facts);
    };
    progress(0, 0);
    try {
      return await traced('query what-if', {}, () => new WhatIf(this.engine).ask(question, { ...asking, progress }));
    } finally {
      [this.isRunning, this.share, this.facts] = [false, 0, 0];
    }
  }

  private question(body: unknown): Question {
    const errors: FieldError[] = [];
    const wrong = (path: string, message: string): void => void errors.push({ path, message });
    if (!isObject(body)) throw new InvalidRequest([{ path: '', message: 'must be a JSON object' }]);
    for (const name of Object.keys(body)) if (!FIELDS.includes(name)) wrong(name, `is none of ${FIELDS.join(', ')}`);
    const { policies = {}, from } = body as WhatIfRequest;
    const effectiveFrom = from === undefined ? EARLIEST : this.attempt(errors, () => this.instant(from));
    if (!isObject(policies)) wrong('policies', 'must be an object: rules by the name of their policy');
    const suppositions: Supposition[] = [];
    for (const [name, rules] of isObject(policies) ? Object.entries(policies) : []) {
      const parsed = this.attempt(errors, () => this.rules(name, rules));
      if (parsed !== undefined) suppositions.push({ name, rules: parsed, effectiveFrom: effectiveFrom ?? EARLIEST });
    }
    const moment = this.attempt(errors, () => momentIn(body as WhatIfRequest));
    if (errors.length > 0) throw new InvalidRequest(errors);
    return { suppositions, moment };
  }

  private instant(from: unknown): string {
    if (typeof from === 'string') return instantIn(this.engine, from, 'from');
    throw new InvalidRequest([{ path: 'from', message: 'must be an instant or a day' }]);
  }

  /** Read by the parser that publishing uses. */
  private rules(name: string, rules: unknown): object {
    const path = `policies.${name.slice(0, 50)}`;
    if (!isObject(rules)) throw new InvalidRequest([{ path, message: 'must be an object: the rules of the policy' }]);
    try {
      return this.engine.policies.parsed(name, rules);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const said = error instanceof InvalidRequest ? error.errors.map(({ message }) => message) : [error.message];
      throw new InvalidRequest(said.map((message) => ({ path, message })));
    }
  }

  private attempt<T>(errors: FieldError[], work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof InvalidRequest)) throw error;
      errors.push(...error.errors);
      return undefined;
    }
  }
}

function momentIn({ asOf, by }: WhatIfRequest) {
  const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';
  if (!isText(asOf))
    throw new InvalidRequest([{ path: 'asOf', message: 'must be an instant or a position, as a text' }]);
  if (!isText(by)) throw new InvalidRequest([{ path: 'by', message: 'must be recorded or business' }]);
  if (asOf !== undefined) return momentOf(asOf, by);
  if (by !== undefined) throw new InvalidRequest([{ path: 'by', message: 'goes with asOf' }]);
  return undefined;
}

const isObject = (value: unknown): value is Raw => value !== null && typeof value === 'object' && !Array.isArray(value);
