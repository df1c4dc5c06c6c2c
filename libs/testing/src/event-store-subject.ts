import type { EventStore } from '#kernel/ports/event-store.js';

/** A fresh, empty store and what can be done around it. */
export interface EventStoreSubject {
  readonly store: EventStore;
  /** Closes the store and opens it again; only where it is durable. */
  readonly reopen?: () => Promise<EventStore>;
  /** Another reader of the same history, on a connection of its own; closed by `dispose`. */
  readonly another?: () => Promise<EventStore>;
  dispose(): Promise<void>;
}

export type OpenEventStore = () => Promise<EventStoreSubject>;
