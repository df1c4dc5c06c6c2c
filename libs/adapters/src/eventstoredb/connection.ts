import { setTimeout as delay } from 'node:timers/promises';
import { EventStoreDBClient } from '@eventstore/db-client';
import { StoreRefused } from '#kernel/ports/event-store.js';
import { BatchAppends } from './batch-appends.js';
import { Calls } from './calls.js';
import { Pages } from './pages.js';
import { withoutSecrets } from './settings.js';

/** `dispose` can wait for ever for a read that broke off. */
const DISPOSE_MS = 3_000;

/** One client of a server, with what is asked of it. */
export interface Connection {
  readonly client: EventStoreDBClient;
  readonly appends: BatchAppends;
  readonly pages: Pages;
  readonly calls: Calls;
  /** Told of each call that broke off, or was not answered. */
  readonly interruptions: Set<() => void>;
  /** Ends it where nobody else of this process uses it; bounded in time. */
  release(): Promise<void>;
}

interface Shared extends Omit<Connection, 'release'> {
  users: number;
}

/** Clients by connection string: the driver puts two clients of a server on one connection anyway. */
const shared = new Map<string, Shared>();

/** @throws {StoreRefused} where the driver refuses the string, such as for a certificate that is not there */
export function connect(connectionString: string): Connection {
  const found = shared.get(connectionString) ?? made(connectionString);
  found.users += 1;
  let released: Promise<void> | undefined;
  return { ...found, release: () => (released ??= release(connectionString, found)) };
}

function made(connectionString: string): Shared {
  let client: EventStoreDBClient;
  try {
    client = EventStoreDBClient.connectionString(connectionString);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreRefused(`${withoutSecrets(connectionString)} cannot be used: ${why}`, { cause: error });
  }
  const pages = new Pages(client);
  const interruptions = new Set<() => void>();
  const interrupted = (): void => interruptions.forEach((told) => told());
  const calls = new Calls((signal) => pages.newest(undefined, 1, signal), interrupted);
  const one = {
    client,
    pages,
    calls,
    interruptions,
    appends: new BatchAppends(client, (error, waitedMs) => calls.failed(error, waitedMs), interrupted),
    users: 0,
  };
  shared.set(connectionString, one);
  return one;
}

async function release(connectionString: string, one: Shared): Promise<void> {
  one.users -= 1;
  if (one.users > 0) return;
  shared.delete(connectionString);
  one.calls.close();
  await Promise.race([one.client.dispose().catch(() => undefined), delay(DISPOSE_MS, undefined, { ref: false })]);
}
