import { DomainError } from '#kernel/errors.js';
import { Keys, type CustomerKey } from '#kernel/ports/keys.js';

/** The keys of this data are not where they should be. Bring them back, or say where they are. */
export class KeysAbsent extends DomainError {
  readonly code = 'keys.absent';
  readonly kind = 'unavailable';

  constructor(folder: string) {
    super(
      `The keys of this data are not at ${folder}. Bring them back, or name their folder with --keys or PATRON_KEYS.`,
    );
  }
}

/** For readers of data whose keys are elsewhere: personal fields stay sealed, nothing can be looked up by an identity. */
export class AbsentKeys extends Keys {
  constructor(private readonly folder: string) {
    super();
  }

  override digest(): string {
    throw new KeysAbsent(this.folder);
  }

  override keyFor(): Promise<CustomerKey> {
    return Promise.reject(new KeysAbsent(this.folder));
  }

  override keyOf(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  override belongTo(): Promise<void> {
    return Promise.resolve();
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }
}
