import type { Position } from '#kernel/fact.js';
import { SnapshotStore, type Snapshot } from '#kernel/ports/snapshot-store.js';

/** Snapshots in this process. For tests. */
export class MemorySnapshots extends SnapshotStore {
  private readonly known = new Map<string, Snapshot>();

  override async load(key: string): Promise<Snapshot | undefined> {
    return structuredClone(this.known.get(key));
  }

  override async write(snapshots: readonly Snapshot[]): Promise<void> {
    for (const one of snapshots) {
      if ((this.known.get(one.key)?.position ?? 0) <= one.position) this.known.set(one.key, structuredClone(one));
    }
  }

  override async newest(): Promise<Position> {
    return Math.max(0, ...[...this.known.values()].map(({ position }) => position));
  }
}
