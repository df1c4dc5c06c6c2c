import type { Fact, Why } from '#kernel/fact.js';
import type { Context } from '#kernel/policy.js';
import { contactsPolicy } from './contacts.policy.js';

const WHY_FACTS = 20;

export const unexplained: Why = { facts: [], policy: { name: contactsPolicy.name, version: 0 } };

/** The last facts behind a statement, and the policy in force for the newest. */
export const explained = ({ facts }: Why, { id }: Fact, context: Context): Why => ({
  facts: [...facts, id].slice(-WHY_FACTS),
  policy: { name: contactsPolicy.name, version: context.policy(contactsPolicy).version },
});
