import { dayOf, daysBetween, instantOf, plusDays, startOfDay, type Day, type Instant } from '#kernel/time.js';
import { bytesOf, FileBroken } from './bytes.js';
import { Cleaner, type Clean } from './clean.js';
import { columnNames } from './columns.js';
import { Desk, type Post } from './desk.js';
import { nameOf } from './fields.js';
import type { Gate, GateClock } from './gate.js';
import type { Mapping } from './mapping.js';
import { PurchasePost } from './purchase-post.js';
import { entryOf as purchaseEntry } from './purchase-rows.js';
import { rowsOf, type RawRow } from './rows.js';
import { openScratch } from './scratch.js';
import { Spool, type Entry } from './spool.js';
import { StepPost } from './step-post.js';
import { entryOf as stepEntry } from './steps.js';
import { Tally, type Reconciliation } from './tally.js';
import { Window } from './window.js';

export interface ImportOptions {
  readonly file: string;
  readonly mapping: Mapping;
  readonly gate: Gate;
  /** Rows later than this are left out, and business time stands still there afterwards. */
  readonly clock?: Instant;
  readonly wait?: boolean;
  readonly dryRun?: boolean;
  readonly scratchFolder?: string;
  readonly signal?: AbortSignal;
  readonly progress?: Progress;
}

export interface Progress {
  /** @param rows  Rows done, of the share given. */
  (phase: 'reading' | 'sending' | 'projecting', share: number, rows: number): void;
}

export interface Imported {
  readonly reconciliation: Reconciliation;
  readonly reasons: readonly (readonly [reason: string, rows: number])[];
  /** Why the file could not be read to its end; what was read before it is imported. */
  readonly broken?: string;
  /** To be read before `remove`. */
  readonly rejects: () => Iterable<readonly [line: number, column: string, reason: string, raw: string]>;
  readonly remove: () => void;
}

/** Commands of one day in flight together, so that the store can commit them as groups; of more, what each makes outlives the young generation. */
const IN_FLIGHT = 32;
/** Over a longer gap business time goes in one step. */
const LONGEST_GAP_DAYS = 366;

/** Reads, sorts on disk, and sends; see docs/mappings/README.md. @throws {MappingError} before anything is sent */
export async function importFile(options: ImportOptions): Promise<Imported> {
  const started = performance.now();
  const { db, remove } = openScratch(options.scratchFolder);
  try {
    const tally = new Tally(options.mapping.kind, options.mapping.customer.synthetic);
    const spool = new Spool(db, options.mapping.name);
    const clock = await prepared(options);
    const broken = await read(options, spool, tally, clock.zone);
    const desk = new Desk(db, options.mapping, options.gate, spool, tally);
    const post =
      options.mapping.kind === 'purchases'
        ? new PurchasePost(db, options.mapping, desk, tally)
        : new StepPost(desk, tally, limitOf(options));
    const position = Math.max(await send(options, spool, post, clock), desk.position);
    const durable = secondsSince(started);
    const waits = options.wait !== false && options.dryRun !== true;
    if (waits) {
      const told = (share: number): void => options.progress?.('projecting', share, tally.rowsRead);
      await Promise.all([options.gate.ended?.(), options.gate.projected(position, told)]);
    }
    const reconciliation = tally.reconciled(durable, waits ? secondsSince(started) : null);
    const reasons = spool.reasons();
    return { reconciliation, reasons, rejects: () => spool.rejects(), remove, ...(broken !== undefined && { broken }) };
  } catch (error) {
    remove();
    throw error;
  }
}

/** The clock as it is to be while rows are sent. */
async function prepared({ gate, clock: wanted, dryRun }: ImportOptions): Promise<GateClock> {
  const clock = await gate.clock();
  if (wanted === undefined || dryRun === true) return clock;
  if (wanted < clock.to) throw new Error(`The calendar has reached ${clock.to}; --clock cannot go back to ${wanted}.`);
  if (clock.fixedAt === null || clock.fixedAt === wanted) return clock;
  await sent(gate, 'LiftClock', {});
  return gate.clock();
}

async function read(
  { file, mapping, clock, progress, signal }: ImportOptions,
  spool: Spool,
  tally: Tally,
  zone: string,
): Promise<string | undefined> {
  const bytes = await bytesOf(file);
  const limit = limitOf({ clock });
  let cleaner: Cleaner | undefined;
  const take = (row: RawRow): void => {
    if (cleaner === undefined) {
      cleaner = new Cleaner(mapping, columnNames(mapping, mapping.file.header ? row : undefined), zone);
      if (mapping.file.header) return;
    }
    tally.rowsRead += 1;
    const clean = cleaner.clean(row);
    const late = 'atMs' in clean && clean.atMs > limit;
    const reject = late
      ? { column: nameOf(mapping.date.source), reason: 'later than --clock' }
      : 'reason' in clean
        ? clean
        : undefined;
    if (reject === undefined) return spool.add(row, entryOf(clean as Clean, limit));
    tally.rejected += 1;
    spool.reject(row, reject);
  };
  try {
    for await (const row of rowsOf(bytes.chunks, mapping.file)) {
      take(row);
      if (tally.rowsRead % 2_000 !== 0) continue;
      progress?.('reading', bytes.share(), tally.rowsRead);
      signal?.throwIfAborted();
    }
  } catch (error) {
    if (!(error instanceof FileBroken)) throw error;
    return `${error.message} ${tally.rowsRead} rows before it were read.`;
  }
  if (cleaner === undefined) columnNames(mapping, undefined);
  return undefined;
}

const limitOf = ({ clock }: { readonly clock?: Instant | undefined }): number =>
  clock === undefined ? Infinity : Date.parse(clock);

const entryOf = (clean: Clean, untilMs: number): Entry =>
  'steps' in clean ? stepEntry(clean, untilMs) : purchaseEntry(clean);

async function send(
  { gate, clock: wanted, dryRun = false, progress, signal }: ImportOptions,
  spool: Spool,
  post: Post,
  clock: GateClock,
): Promise<number> {
  const window = new Window(IN_FLIGHT);
  const latest = wanted ?? clock.fixedAt ?? clock.now;
  let reached = clock.to;
  let day: Day | undefined;
  let position = 0;
  let rows = 0;
  const advance = async (to: Instant): Promise<void> => {
    const capped = to < latest ? to : latest;
    if (dryRun || capped <= reached) return;
    position = await sent(gate, 'AdvanceClock', { to: capped });
    reached = capped;
  };
  const begin = async (next: Day): Promise<void> => {
    await window.drain();
    if (day === undefined || daysBetween(day, next) > LONGEST_GAP_DAYS) day = plusDays(next, -1);
    while (day < next) await advance(startOfDay((day = plusDays(day, 1)), clock.zone));
  };
  for (const group of spool.groups()) {
    signal?.throwIfAborted();
    const on = dayOf(instantOf(group.atMs), clock.zone);
    if (on !== day) await begin(on);
    await window.add(group.customerId, () => post.group(group));
    rows += group.rows.length;
    progress?.('sending', rows / spool.rows, rows);
  }
  await window.drain();
  if (day !== undefined) await advance(startOfDay(plusDays(day, 1), clock.zone));
  if (wanted !== undefined && !dryRun) position = await sent(gate, 'FixClock', { at: wanted });
  return position;
}

async function sent(gate: Gate, type: string, body: Readonly<Record<string, unknown>>): Promise<number> {
  const answer = await gate.send(type, body, `import/${type}/${JSON.stringify(body)}`);
  if (!answer.ok) throw new Error(`${type} was refused: ${answer.message} (${answer.code})`);
  return answer.position;
}

const secondsSince = (started: number): number => Math.round(performance.now() - started) / 1000;
