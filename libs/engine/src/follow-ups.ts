import type { CommandBase } from '#kernel/decider.js';
import { DefinitionError } from '#kernel/errors.js';
import type { Fact } from '#kernel/fact.js';
import type { Decided } from './decision.js';
import type { Part, Registry } from './registry.js';
import { FOLLOW_UP } from './system.projections.js';

/** A command that a fact brings with it for another customer. */
export interface FollowUp {
  /** Derived from the fact, so that sending it again does it once. */
  readonly commandId: string;
  readonly command: CommandBase;
  readonly part: Part;
}

/** The second halves of what spans two customers. */
export class FollowUps {
  constructor(private readonly registry: Registry) {}

  /** True of a fact that brings a command with it. */
  follow(type: string): boolean {
    return this.registry.followUp(type) !== undefined;
  }

  /** The facts, those with a follow-up saying so in their metadata. */
  tagged(facts: readonly Decided[]): readonly Decided[] {
    if (!facts.some(({ fact }) => this.follow(fact.type))) return facts;
    return facts.map((decided) => {
      const { fact } = decided;
      if (!this.follow(fact.type)) return decided;
      return { ...decided, fact: { ...fact, metadata: { ...fact.metadata, followUp: true } } };
    });
  }

  of(fact: Fact): FollowUp | undefined {
    const make = this.registry.followUp(fact.type);
    if (make === undefined) return undefined;
    const command = make(fact);
    const known = this.registry.commands.get(command.type);
    if (known === undefined)
      throw new DefinitionError(`${fact.type} is followed by ${command.type}, which no slice declares.`);
    return { commandId: `${FOLLOW_UP}${fact.id}`, command, part: this.registry.part(known.slice) };
  }
}
