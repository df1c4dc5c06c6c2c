import { readFileSync } from 'node:fs';

/** The most that a process had resident, in MB, as Linux counts it for one program; undefined where it does not say, or it ended. */
export function peakMbOf(pid: number | undefined): number | undefined {
  try {
    const kb = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kb === undefined ? undefined : (Number(kb) * 1_024) / 1e6;
  } catch {
    return undefined;
  }
}
