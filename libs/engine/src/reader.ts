import { UnreadableBody } from '#kernel/errors.js';
import { customerOf, type Fact, type Recorded } from '#kernel/fact.js';
import type { Registry } from './registry.js';
import { isSealed, type Sealer } from './sealing.js';

/** May a personal field of a type be opened? */
export type Opens = (type: string, field: string) => boolean;

export const openAll: Opens = () => true;
export const openNone: Opens = () => false;

/** The fact without its body, for readers that need the metadata only. */
export const unreadFact = (recorded: Recorded): Fact => factOf(recorded, undefined);

const factOf = ({ type, id, stream, revision, occurredAt, metadata }: Recorded, data: unknown): Fact => ({
  type,
  id,
  customerId: customerOf(stream),
  revision,
  occurredAt,
  data,
  metadata,
});

/** Turns stored facts into the present shape of their type. */
export class FactReader {
  constructor(
    private readonly registry: Registry,
    private readonly sealer: Sealer,
  ) {}

  /**
   * At once where nothing is sealed, else when the keys are there.
   *
   * @throws {UnreadableBody} unknown type, newer version, or a body or seal that does not open
   */
  read(recorded: Recorded, opens: Opens): Fact | Promise<Fact> {
    const definition = this.registry.events.get(recorded.type);
    if (definition === undefined) throw new UnreadableBody(`its type ${recorded.type} is not known to this program.`);
    const { data, stream, id, type, unreadable } = recorded;
    if (unreadable !== undefined) throw new UnreadableBody(unreadable);
    if (definition.personal.length === 0) return factOf(recorded, definition.read(recorded.version, data));
    const finish = (body: Readonly<Record<string, unknown>>): Fact =>
      factOf(recorded, definition.read(recorded.version, body));
    const sealed = definition.personal.filter((field) => isSealed(data[field]));
    if (sealed.length === 0) return finish(data);
    if (!sealed.some((field) => opens(type, field))) return finish({ ...data, ...nothingOf(sealed) });
    const place = { customerId: customerOf(stream), stream, eventId: id };
    return this.sealer.open(place, definition.personal, data, (field) => opens(type, field)).then(finish);
  }
}

const nothingOf = (fields: readonly string[]): Record<string, null> =>
  Object.fromEntries(fields.map((field) => [field, null]));
