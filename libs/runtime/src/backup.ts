import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { instantOf } from '#kernel/time.js';
import type { Progress } from '#engine/projecting.js';
import { makeFolder, syncFile, syncFolder, writeNew } from '#adapters/embedded/durable-files.js';
import { isInside, type PatronConfig } from './config.js';
import { foreignKeys, openedDigests, sealedDigests } from './fold-anew.js';
import { roomAt } from './room.js';
import {
  BackupRefused,
  differing,
  fileIn,
  MANIFEST,
  manifestText,
  readManifest,
  verifyFiles,
  type Manifest,
} from './manifest.js';

const TOKENS = 'tokens.json';

export interface BackingUp {
  /** Where the keys are copied to; nowhere when left out. */
  readonly keysTo?: string;
  readonly tell?: Progress;
}

/**
 * Copies log and tokens of a data folder beside whoever writes to it, and folds the copy anew, so that whoever restores it
 * can compare. The folder appears whole or not at all. Keys are never in it.
 *
 * @throws {BackupRefused} where a target is not empty, or would hold data and keys together
 */
export async function backup(config: PatronConfig, to: string, { keysTo, tell }: BackingUp = {}): Promise<Manifest> {
  if (config.eventStore !== 'embedded') {
    throw new BackupRefused(`The event store ${config.eventStore} has backups of its own; this is for embedded ones.`);
  }
  const { backupKeys, backupLog } = await import('#adapters/embedded/backup-log.js');
  for (const folder of [to, ...(keysTo === undefined ? [] : [keysTo])]) {
    mustBeEmpty(folder);
    if (isInside(folder, config.data)) throw new BackupRefused(`${folder} lies inside the data (${config.data}).`);
  }
  if (keysTo !== undefined && (isInside(keysTo, to) || isInside(to, keysTo))) {
    throw new BackupRefused(`Keys and backup must lie apart: ${keysTo} and ${to} do not.`);
  }
  return staged(to, async (made) => {
    const log = await backupLog(config.data, made);
    const tokens = join(config.data, TOKENS);
    if (existsSync(tokens)) copied(tokens, join(made, TOKENS));
    const names = readdirSync(made).sort();
    const manifest: Manifest = {
      ...{ format: 1, madeAt: instantOf(Date.now()), ...log },
      files: await Promise.all(names.map((name) => fileIn(made, name))),
      sealed: await sealedDigests(config, made, tell),
      opened: await openedDigests(config, made, tell),
    };
    await verifyFiles(made, manifest);
    writeNew(join(made, MANIFEST), manifestText(manifest));
    // After the log: a key that the log needs is never younger than the copy of the keys.
    if (keysTo !== undefined) await staged(keysTo, (folder) => backupKeys(config.keys, folder));
    return manifest;
  });
}

export interface Restored {
  readonly manifest: Manifest;
  /** Read models that this program folds by another version of their projection: not compared. */
  readonly notCompared: readonly string[];
  /** What the keys at hand open: all that they opened at the backup, or other read models than then; null without keys. */
  readonly opened: {
    readonly differ: readonly string[];
    /** Why they are none of this history, where they are of another. */
    readonly foreign?: string;
  } | null;
}

/**
 * Puts a backup where no data is, after its files, its log and what the log makes of every read model were found equal.
 *
 * @throws {BackupRefused} saying what is torn, foreign or not equal; nothing is left behind
 */
export async function restore(config: PatronConfig, from: string, tell?: Progress): Promise<Restored> {
  const { data } = config;
  const manifest = readManifest(from);
  mustBeEmpty(data);
  if (isInside(data, from)) throw new BackupRefused(`${data} lies inside the backup.`);
  await verifyFiles(from, manifest);
  const { logIn } = await import('#adapters/embedded/backup-log.js');
  return staged(data, async (made) => {
    for (const { name } of manifest.files) copied(join(from, name), join(made, name));
    await verifyFiles(made, manifest);
    const log = logIn(made);
    for (const field of ['storeId', 'position', 'facts'] as const) {
      if (log[field] === manifest[field]) continue;
      throw new BackupRefused(`The log is another one: ${field} is ${log[field]}, not ${manifest[field]}.`);
    }
    const sealed = await sealedDigests(config, made, tell);
    const differ = differing(manifest.sealed, sealed);
    if (differ.length > 0) {
      throw new BackupRefused(`Folded anew, ${differ.join(', ')} is not what it was at the backup.`);
    }
    const known = Object.entries(manifest.sealed);
    const notCompared = known.filter(([name, { version }]) => sealed[name]?.version !== version).map(([name]) => name);
    const now = manifest.opened === null ? null : await openedDigests(config, made, tell);
    if (now === null || manifest.opened === null) return { manifest, notCompared, opened: null };
    const foreign = await foreignKeys(config, manifest.storeId);
    const opened = { differ: differing(manifest.opened, now), ...(foreign !== undefined && { foreign }) };
    return { manifest, notCompared, opened };
  });
}

/** Fills a folder beside the wanted one and gives it that name in one step; after an error neither is there. */
async function staged<T>(folder: string, fill: (made: string) => Promise<T>): Promise<T> {
  const made = `${folder}.part`;
  rmSync(made, { recursive: true, force: true });
  makeFolder(made);
  try {
    const filled = await fill(made);
    syncFolder(made);
    if (existsSync(folder)) rmdirSync(folder); // empty, or this refuses
    renameSync(made, folder);
    syncFolder(dirname(folder));
    return filled;
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    throw roomAt(folder, error, 'Nothing was left there.');
  }
}

function copied(from: string, to: string): void {
  copyFileSync(from, to);
  syncFile(to);
}

function mustBeEmpty(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return;
  throw new BackupRefused(`${folder} is not empty; choose one that is, or a new one.`);
}
