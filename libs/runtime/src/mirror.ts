import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailable, type EventStore } from '#kernel/ports/event-store.js';
import { CopyRefused } from '#kernel/ports/history-copy.js';
import { instantOf, type Instant } from '#kernel/time.js';
import { mirrored, type Lag, type Mirror } from '#engine/mirroring.js';
import { foldedIn, readModelsIn } from '#adapters/embedded/belonging.js';
import { replaceFile } from '#adapters/embedded/durable-files.js';
import { logPath } from '#adapters/embedded/log-file.js';
import { isAlive } from '#adapters/embedded/writer-lock.js';
import type { PatronConfig } from './config.js';
import { openSource, shownPlace, type Place } from './copy.js';
import { openPatron, type Patron } from './patron.js';

const STATUS = 'mirror.json';
const NOTE_MS = 1_000;
/** How often the source is asked how far it is while nothing comes from it. */
const BEAT_MS = 5_000;
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** What a mirror says of itself; while it follows, what holds now or held 5 s ago. */
export interface MirrorStatus {
  readonly from: string;
  readonly pid: number;
  readonly state: 'catching up' | 'following' | 'waiting' | 'ended';
  /** In the source: of the newest fact that is mirrored, of the newest one known there, and how far they lie apart. */
  readonly position: number;
  readonly head: number;
  readonly behind: number;
  /** When the mirror last held all there was; null where it never did. */
  readonly wholeAt: Instant | null;
  readonly notedAt: Instant;
  /** Why it waits. */
  readonly error?: string;
}

export interface MirrorOptions {
  readonly once?: boolean;
  /** Keep the log only; read models are folded by somebody else, or by nobody. */
  readonly logOnly?: boolean;
  readonly signal: AbortSignal;
  readonly tell?: (status: MirrorStatus, taken: number) => void;
  /** For tests: another way to open what is followed, another pace of asking it. */
  readonly open?: (from: Place) => Promise<EventStore>;
  readonly beatMs?: number;
}

/**
 * Follows a store into the log of a data folder, and folds its read models once it has caught up. While the source does not answer it
 * tries again, with pauses of half a second to half a minute.
 *
 * @throws {CopyRefused} where folder or source hold something else
 * @throws {StoreUnavailable} with `once`, where the source does not answer
 */
export async function mirror(config: PatronConfig, from: Place, options: MirrorOptions): Promise<void> {
  throwIfOfAServer(config);
  const follower = new Follower(config, from, options);
  try {
    await follower.run();
  } finally {
    await follower.close();
  }
}

/** What the mirror in a folder said last; undefined where none was begun. */
export function mirrorStatus({ data }: PatronConfig): MirrorStatus | undefined {
  const path = join(data, STATUS);
  if (!existsSync(path)) return undefined;
  const status = JSON.parse(readFileSync(path, 'utf8')) as MirrorStatus;
  return isAlive(status.pid) ? status : { ...status, state: 'ended' };
}

/** @throws {CopyRefused} for read models without a log beside them: they are of another log than the one that a mirror begins */
function throwIfOfAServer({ data }: PatronConfig): void {
  if (existsSync(logPath(data)) || foldedIn(data) === undefined) return;
  throw new CopyRefused(
    `The read models in ${readModelsIn(data)} were folded from a log that is kept elsewhere, on a server or before it was removed. ` +
      'Choose another folder for the mirror; nothing was made there.',
  );
}

class Follower {
  private copy: (Mirror & { close(): Promise<void> }) | undefined;
  private patron: Patron | undefined;
  private status: MirrorStatus;
  private wrote = 0;

  constructor(
    private readonly config: PatronConfig,
    private readonly from: Place,
    private readonly options: MirrorOptions,
  ) {
    const notedAt = instantOf(Date.now());
    const { wholeAt = null } = mirrorStatus(config) ?? {};
    this.status = {
      ...{ from: shownPlace(from), pid: process.pid, state: 'catching up', wholeAt, notedAt },
      ...{ position: 0, head: 0, behind: 0 },
    };
  }

  async run(): Promise<void> {
    const { once = false, signal } = this.options;
    for (let pauseMs = SHORTEST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        await this.follow(() => (pauseMs = SHORTEST_PAUSE_MS));
        break;
      } catch (error) {
        if (once || signal.aborted || !(error instanceof StoreUnavailable)) throw error;
        this.note({ state: 'waiting', error: error.message }, 0, true);
        await delay(pauseMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
      }
    }
    if (once && !signal.aborted) await this.fold(true);
  }

  async close(): Promise<void> {
    if (this.copy !== undefined) this.note({ state: 'ended' }, 0, true);
    await this.patron?.close();
    await this.copy?.close();
  }

  private async follow(answered: () => void): Promise<void> {
    const { once = false, signal, open = openSource, beatMs = BEAT_MS } = this.options;
    const source = await open(this.from);
    const beat = setInterval(() => void this.beat(source).catch(() => undefined), beatMs).unref();
    try {
      this.copy ??= await openMirror(this.config, source);
      await mirrored(source, this.copy, {
        ...{ once, signal },
        tell: async (lag) => {
          answered();
          await this.told(lag);
        },
      });
    } finally {
      clearInterval(beat);
      await source.close();
    }
  }

  /** Nothing comes: is it because there is nothing? A source that does not answer says so to whoever follows it. */
  private async beat(source: EventStore): Promise<void> {
    if (this.status.state !== 'following') return;
    const head = await source.head();
    const { position } = this.status;
    const behind = Math.max(0, head - position);
    this.note({ head, behind, ...(behind === 0 && { wholeAt: instantOf(Date.now()) }) }, 0, false);
  }

  private async told({ position, head, taken }: Lag): Promise<void> {
    const isWhole = position >= head;
    const now = instantOf(Date.now());
    const { error: _, ...before } = this.status;
    this.status = before;
    const state = isWhole ? 'following' : 'catching up';
    const changed = { state, position, head, behind: head - position, ...(isWhole && { wholeAt: now }) } as const;
    this.note(changed, taken, state !== before.state);
    if (isWhole && this.options.once !== true) await this.fold(false);
  }

  /** Read models of the folder are folded from its own log, at the pace of this machine. */
  private async fold(toTheEnd: boolean): Promise<void> {
    if (this.options.logOnly === true) return;
    this.patron ??= await openPatron({ ...this.config, target: 'projector' }, { mode: 'write' });
    const { engine, store } = this.patron;
    if (toTheEnd) await engine.projector?.allCaughtUp(await store.head());
  }

  private note(changed: Partial<MirrorStatus>, taken: number, now: boolean): void {
    this.status = { ...this.status, ...changed, notedAt: instantOf(Date.now()) };
    this.options.tell?.(this.status, taken);
    if (!now && performance.now() - this.wrote < NOTE_MS) return;
    this.wrote = performance.now();
    if (!existsSync(this.config.data)) return; // nothing was begun yet
    replaceFile(join(this.config.data, STATUS), `${JSON.stringify(this.status, null, 2)}\n`);
  }
}

async function openMirror({ data }: PatronConfig, { storeId }: EventStore) {
  const { EmbeddedHistoryCopy } = await import('#adapters/embedded/embedded-history-copy.js');
  return EmbeddedHistoryCopy.open({ folder: data, storeId, standing: 'mirror' });
}
