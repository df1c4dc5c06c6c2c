import type { AnyProjection } from '#kernel/projection.js';
import { systemEvents } from '#kernel/system.events.js';
import { PopulationMeasured } from '#slices/value/value.events.js';
import { nearNames } from '../near.js';
import { asProjection } from './as-projection.js';
import { ProjectionFileInvalid } from './errors.js';
import { events } from './facts.js';
import type { AnyOwnProjection } from './own-projection.js';
import { loadProjectionFile, type ProjectionFile } from './projection-file.js';
import { shown } from './source-lines.js';

/** An analyst's projection as the engine folds it, with the file it stands in. */
export interface Own {
  readonly file: ProjectionFile;
  readonly written: AnyOwnProjection;
  readonly projection: AnyProjection;
}

/** Types of facts that stand in no customer's stream. */
const SHARED = new Set<string>([...systemEvents.map(({ type }) => type), PopulationMeasured.type]);
const NAME = /^[a-z][a-z0-9_]{0,62}$/;
const FIELDS = ['name', 'initial', 'on', 'key', 'perCustomer', 'timers', 'broadcast', 'rows'];

/** Every projection that the files export. @throws {ProjectionFileInvalid} naming the file and what does not hold in it */
export async function ownProjections(paths: readonly string[]): Promise<readonly Own[]> {
  const all: Own[] = [];
  for (const path of paths) {
    const file = await loadProjectionFile(path);
    const found = [...new Set(file.exported.values())].filter(looksLikeOne);
    if (found.length === 0) {
      throw new ProjectionFileInvalid(
        `${shown(file.path)} exports no projection: \`export default defineProjection({ name, initial, on })\`, from 'patron/replay'.`,
      );
    }
    for (const written of found) {
      const own = { file, written, projection: projectionOf(written, file) };
      const twin = all.find(({ projection }) => projection.name === own.projection.name);
      if (twin !== undefined) {
        const where =
          twin.file === file ? `twice in ${shown(file.path)}` : `in ${shown(twin.file.path)} and ${shown(file.path)}`;
        throw new ProjectionFileInvalid(
          `There are two projections ${own.projection.name}, ${where}: give one another name.`,
        );
      }
      all.push(own);
    }
  }
  return all;
}

const looksLikeOne = (exported: unknown): exported is AnyOwnProjection =>
  typeof exported === 'object' && exported !== null && 'on' in exported && 'initial' in exported;

function projectionOf(own: AnyOwnProjection, file: ProjectionFile): AnyProjection {
  const wrong = (what: string): ProjectionFileInvalid =>
    new ProjectionFileInvalid(`${shown(file.path)}: ${String(own.name)}: ${what}`);
  if (typeof own.name !== 'string' || !NAME.test(own.name))
    throw wrong('its name must be lower-case letters, digits and _, a letter first, at most 63.');
  const odd = Object.keys(own).find((field) => !FIELDS.includes(field));
  if (odd !== undefined) throw wrong(`there is no field ${odd}. ${nearNames(odd, FIELDS)}`.trim());
  if (typeof own.initial !== 'function') throw wrong('initial must be a function: (key) => ({ … }).');
  if (own.key !== undefined && typeof own.key !== 'function') throw wrong('key must be a function: (fact) => text.');
  if (own.rows !== undefined && typeof own.rows !== 'function')
    throw wrong('rows must be a function of the documents.');
  const on = own.on as Readonly<Record<string, unknown>>;
  for (const [type, handler] of Object.entries(on ?? {})) {
    if (!Object.hasOwn(events, type)) {
      throw wrong(
        `it handles ${type}, and there is no such fact. ${nearNames(type, Object.keys(events))} docs/events.md lists all.`,
      );
    }
    if (typeof handler !== 'function') throw wrong(`on.${type} must be a function: (doc, fact) => doc.`);
    if (own.key === undefined && SHARED.has(type))
      throw wrong(`${type} is of no customer: say by \`key\` what it changes.`);
  }
  if (Object.keys(on ?? {}).length === 0)
    throw wrong('it handles no fact: on: { PurchaseRecorded: (doc, fact) => doc }.');
  const { timers, broadcast = {} } = own;
  if (timers !== undefined && (typeof timers.due !== 'function' || typeof timers.fire !== 'function'))
    throw wrong('timers must have due(doc) and fire(doc, at).');
  const wide = Object.keys(broadcast).find((type) => type !== PopulationMeasured.type);
  if (wide !== undefined) throw wrong(`broadcast takes ${PopulationMeasured.type} only, not ${wide}.`);
  return asProjection(own, shown(file.path));
}
