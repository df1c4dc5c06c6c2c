import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { isAlive } from '#adapters/embedded/writer-lock.js';

/** Made by this thread and not to be swept, whatever the machine's clock says of their age. */
const ours = new Set<string>();

/**
 * An empty folder that only its owner may look into, for what is folded or sorted on the disk; whoever asks for one removes it.
 * What killed processes left behind is removed first: it may hold personal fields, opened.
 */
export function scratchFolder(use: 'as-of' | 'import' | 'replay', parent = tmpdir()): string {
  for (const name of readdirSync(parent)) {
    if (isLeftOver(parent, name)) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const folder = mkdtempSync(join(parent, `patron-${use}-${process.pid}-`));
  ours.add(basename(folder));
  return folder;
}

function isLeftOver(parent: string, name: string): boolean {
  const pid = Number(/^patron-(?:as-of|import|replay)-(\d+)-\w{6}$/.exec(name)?.[1]);
  if (!Number.isInteger(pid) || ours.has(name)) return false;
  if (pid !== process.pid) return !isAlive(pid);
  // In a container that is started again the process has the pid of the one that was killed.
  const found = statSync(join(parent, name), { throwIfNoEntry: false });
  return found !== undefined && found.ctimeMs < Date.now() - process.uptime() * 1_000;
}
