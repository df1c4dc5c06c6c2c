import { randomUUID } from 'node:crypto';
import type { EventStore } from '#kernel/ports/event-store.js';
import { eventStoreContract } from '#testing/event-store.contract.js';
import { historyCopyContract } from '#testing/history-copy.contract.js';
import { onEventStoreDB } from '#testing/real-servers.js';
import { EventStoreDBEventStore } from './eventstoredb-event-store.js';
import { EventStoreDBHistoryCopy } from './eventstoredb-history-copy.js';

onEventStoreDB('EventStoreDB', (server) => {
  eventStoreContract('eventstoredb', async () => {
    const url = `${server()}&history=t-${randomUUID()}`;
    const opened: EventStore[] = [];
    const opening = async (): Promise<EventStore> => {
      const one = await EventStoreDBEventStore.open({ url, mode: 'write' });
      opened.push(one);
      return one;
    };
    const store = await opening();
    return {
      store,
      another: opening,
      reopen: async () => {
        await store.close();
        return opening();
      },
      dispose: async () => {
        for (const one of opened) await one.close();
      },
    };
  });

  historyCopyContract('eventstoredb', async () => {
    const url = `${server()}&history=t-${randomUUID()}`;
    const opened: EventStore[] = [];
    return {
      open: (storeId) => EventStoreDBHistoryCopy.open(url, storeId),
      history: async () => {
        const store = await EventStoreDBEventStore.open({ url, mode: 'write' });
        opened.push(store);
        return store;
      },
      dispose: async () => {
        for (const one of opened) await one.close();
      },
    };
  });
});
