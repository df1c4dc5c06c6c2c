import type { AnyProjection } from '#kernel/projection.js';
import { ClockAdvanced, ClockFixed, PolicyPublished } from '#kernel/system.events.js';
import type { Registry } from './registry.js';

/** Types of facts that let time pass, or say what holds from when on. */
const timeTypes = [ClockAdvanced, ClockFixed, PolicyPublished].map(({ type }) => type);

/** Types of facts that change a projection's documents, or let time pass for them; `every` is asked beside them. */
export const typesOf = ({ on, broadcast = {} }: AnyProjection): ReadonlySet<string> =>
  new Set([...timeTypes, ...Object.keys(on as object), ...Object.keys(broadcast as object)]);

/** Known types that none of these projections wants: what a reader may leave unread. */
export function unwantedTypes(registry: Registry, projections: Iterable<AnyProjection>): readonly string[] {
  const wanted = new Set<string>(registry.sharedTypes);
  for (const projection of projections) {
    if (projection.every !== undefined) return [];
    for (const type of typesOf(projection)) wanted.add(type);
  }
  return [...registry.events.keys()].filter((type) => !wanted.has(type));
}
