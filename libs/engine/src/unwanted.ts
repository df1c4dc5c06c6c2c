import type { AnyProjection } from '#kernel/projection.js';
import type { Registry } from './registry.js';

/** Known types that none of these projections wants: what a reader may leave unread. */
export function unwantedTypes(registry: Registry, projections: Iterable<AnyProjection>): readonly string[] {
  const wanted = new Set<string>(['ClockAdvanced', 'ClockFixed', ...registry.sharedTypes]);
  for (const { on, every } of projections) {
    if (every !== undefined) return [];
    for (const type of Object.keys(on as object)) wanted.add(type);
  }
  return [...registry.events.keys()].filter((type) => !wanted.has(type));
}
