import { StoreUnavailable } from '#kernel/ports/event-store.js';
import { ReadModel, type Stored } from '#kernel/ports/read-models.js';

/** The model of documents that are kept in memory for an answer, and written nowhere. */
export class Nowhere extends ReadModel {
  constructor(
    readonly name: string,
    readonly version: number,
  ) {
    super();
  }

  override checkpoint = this.refuse;
  override load = this.refuse;
  override write = this.refuse;
  override keep = this.refuse;
  override index = this.refuse;
  override pin = this.refuse;
  override edition = this.refuse;
  override timers = this.refuse;
  override find = this.refuse;
  override scan = this.refuse;
  override texts = this.refuse;
  override count = this.refuse;

  override add(_made: readonly Stored[]): Promise<void> {
    return this.refuse();
  }

  private refuse(): Promise<never> {
    return Promise.reject(new StoreUnavailable(`What is folded of ${this.name} here is not kept.`));
  }
}
