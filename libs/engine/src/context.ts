import type { AnyEvent, EventOf } from '#kernel/event.js';
import type { Position } from '#kernel/fact.js';
import type { Context, InForce, PolicyDefinition } from '#kernel/policy.js';
import type { Instant } from '#kernel/time.js';
import type { References } from './references.js';

/** One context, moved from fact to fact: `at` and `before` say which one. It notes which policies were used. */
export class FoldContext implements Context {
  private at: Instant = '';
  private before: Position = Infinity;
  private stamps: Readonly<Record<string, number>> | undefined;
  private noted: Record<string, number> = {};

  constructor(public references: References) {}

  /** Turns to a fact; `stamps` are the policy versions it was made under, if it was derived. */
  turnTo(at: Instant, before: Position, stamps?: Readonly<Record<string, number>>): this {
    this.at = at;
    this.before = before;
    this.stamps = stamps;
    return this;
  }

  /** Policy versions used since the last call. */
  used(): Readonly<Record<string, number>> {
    const used = this.noted;
    this.noted = {};
    return used;
  }

  policy<Rules extends object>(definition: PolicyDefinition<Rules>): InForce<Rules> {
    const stamped = this.stamps?.[definition.name];
    const version =
      (stamped === undefined ? undefined : this.references.version(definition.name, stamped)) ??
      this.references.inForce(definition, this.at, this.before);
    this.noted[version.name] = version.version;
    return version.rules as InForce<Rules>;
  }

  latest<Definition extends AnyEvent>(definition: Definition): EventOf<Definition> | undefined {
    return this.references.latest(definition, this.before) as EventOf<Definition> | undefined;
  }
}
