import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { canonicalJson } from '#kernel/canonical.js';
import { DomainError } from '#kernel/errors.js';
import type { Digest } from '#engine/replay.js';

export const MANIFEST = 'manifest.json';
const FORMAT = 1;

/** Something stands in the way of a backup, or of restoring one. Nothing was written. */
export class BackupRefused extends DomainError {
  readonly code = 'backup.refused';
  readonly kind = 'conflict';
}

/** Of each read model by its name; `version` is that of its projection. */
export type Digests = Readonly<Record<string, Digest & { readonly version: number }>>;

export interface BackedUpFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a backup says of itself. */
export interface Manifest {
  readonly format: number;
  readonly madeAt: string;
  readonly storeId: string;
  /** Of the last fact in it. */
  readonly position: number;
  readonly facts: number;
  readonly files: readonly BackedUpFile[];
  /** Of the read models folded without any key: personal fields are null. Whoever has the backup can check them. */
  readonly sealed: Digests;
  /** Folded with the keys of that time; null where they were not at hand. */
  readonly opened: Digests | null;
}

const checksum = (manifest: Manifest): string => createHash('sha256').update(canonicalJson(manifest)).digest('hex');

export const manifestText = (manifest: Manifest): string =>
  `${JSON.stringify({ ...manifest, sha256: checksum(manifest) }, null, 2)}\n`;

/** @throws {BackupRefused} for a folder that is no backup, a newer one, or a manifest that was changed */
export function readManifest(folder: string): Manifest {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) throw new BackupRefused(`${folder} is no backup of Patron: it has no ${MANIFEST}.`);
  let read: Manifest & { readonly sha256?: unknown };
  try {
    read = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  } catch (error) {
    throw new BackupRefused(`${path} is torn: it holds no JSON. Use another backup.`, { cause: error });
  }
  const { sha256, ...manifest } = read;
  if (typeof manifest.format === 'number' && manifest.format > FORMAT) {
    throw new BackupRefused(`${path} has format ${manifest.format}; this program reads up to ${FORMAT}.`);
  }
  if (sha256 !== checksum(manifest)) {
    throw new BackupRefused(`${path} is not what was written: its own checksum differs. Use another backup.`);
  }
  const foreign = manifest.files.find(({ name }) => name !== basename(name) || ['', '..'].includes(name));
  if (foreign !== undefined)
    throw new BackupRefused(`${path} names ${foreign.name}, which lies elsewhere. Use another backup.`);
  return manifest;
}

export async function fileIn(folder: string, name: string): Promise<BackedUpFile> {
  const path = join(folder, name);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return { name, bytes: statSync(path).size, sha256: hash.digest('hex') };
}

/** @throws {BackupRefused} naming the first file that is missing or other than it was */
export async function verifyFiles(folder: string, { files }: Manifest): Promise<void> {
  for (const { name, bytes, sha256 } of files) {
    const path = join(folder, name);
    if (!existsSync(path)) throw new BackupRefused(`${path} is missing. Use another backup.`);
    const found = await fileIn(folder, name);
    if (found.bytes === bytes && found.sha256 === sha256) continue;
    const how = found.bytes === bytes ? 'its SHA-256 differs' : `it has ${found.bytes} bytes instead of ${bytes}`;
    throw new BackupRefused(`${path} is torn or was changed: ${how}. Use another backup.`);
  }
}

/** Names of read models whose digests differ; those of another version of their projection cannot be compared. */
export const differing = (before: Digests, now: Digests): readonly string[] =>
  Object.entries(before)
    .filter(([name, { version, digest }]) => now[name]?.version === version && now[name].digest !== digest)
    .map(([name]) => name);
