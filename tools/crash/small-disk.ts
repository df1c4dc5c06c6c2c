import { execFileSync } from 'node:child_process';
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const MB = 1024 * 1024;

/** A file system of its own that can be filled to the last byte. */
export class SmallDisk {
  private constructor(
    readonly kind: string,
    readonly folder: string,
  ) {}

  /** An ext4 image where this user may mount one, else a file system in memory; undefined where neither can be. */
  static mounted(within: string, megabytes: number): SmallDisk | undefined {
    const folder = join(within, 'disk');
    mkdirSync(folder);
    const image = join(within, 'disk.img');
    const file = openSync(image, 'w');
    ftruncateSync(file, megabytes * MB);
    closeSync(file);
    const made = ran('mkfs.ext4', '-q', '-F', '-m', '0', '-O', '^has_journal', image);
    if (made && ran('mount', '-o', 'loop', image, folder)) return new SmallDisk('ext4', folder);
    const isMounted = ran('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder);
    return isMounted ? new SmallDisk('tmpfs', folder) : undefined;
  }

  /** Leaves so many bytes free. */
  fill(leave = 0): void {
    const file = openSync(this.filler, 'a');
    try {
      for (let bytes = MB; bytes >= 1;) if (!written(file, bytes)) bytes = Math.floor(bytes / 2);
      ftruncateSync(file, fstatSync(file).size - leave);
    } finally {
      closeSync(file);
    }
  }

  makeSpace(): void {
    rmSync(this.filler);
  }

  unmount(): void {
    execFileSync('umount', [this.folder]);
  }

  private get filler(): string {
    return join(this.folder, 'filler');
  }
}

function written(file: number, bytes: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(bytes)) === bytes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}

function ran(program: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
