import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventStoreContract } from '#testing/event-store.contract.js';
import { portionsContract } from '#testing/event-store-portions.contract.js';
import { historyCopyContract } from '#testing/history-copy.contract.js';
import { keysContract } from '#testing/keys.contract.js';
import { readModelsContract } from '#testing/read-models.contract.js';
import { snapshotStoreContract } from '#testing/snapshot-store.contract.js';
import { EmbeddedEventStore } from './embedded-event-store.js';
import { EmbeddedHistoryCopy } from './embedded-history-copy.js';
import { EmbeddedKeys } from './embedded-keys.js';
import { EmbeddedReadModels } from './embedded-read-models.js';

interface Closable {
  close(): Promise<void>;
}

/** A folder of its own, what was opened in it, and an end of both. */
async function inFolder<T extends Closable>(open: (folder: string) => Promise<T>) {
  const folder = mkdtempSync(join(tmpdir(), 'patron-'));
  const opened: Closable[] = [];
  const opening = async (how = open): Promise<T> => {
    const one = await how(folder);
    opened.push(one);
    return one;
  };
  const subject = await opening();
  return {
    folder,
    subject,
    opening,
    reopen: async (): Promise<T> => {
      await subject.close();
      return opening();
    },
    dispose: async (): Promise<void> => {
      for (const one of opened) await one.close();
      rmSync(folder, { recursive: true });
    },
  };
}

eventStoreContract(
  'embedded',
  async () => {
    const { subject, opening, reopen, dispose } = await inFolder((folder) =>
      EmbeddedEventStore.open({ folder, mode: 'write' }),
    );
    const another = () => opening((folder) => EmbeddedEventStore.open({ folder, mode: 'read' }));
    return { store: subject, reopen, another, dispose };
  },
  portionsContract,
);

historyCopyContract('embedded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'patron-'));
  let store: EmbeddedEventStore | undefined;
  return {
    open: (storeId) => EmbeddedHistoryCopy.open({ folder, storeId, standing: 'copying' }),
    history: async () => {
      await store?.close();
      return (store = await EmbeddedEventStore.open({ folder, mode: 'write' }));
    },
    dispose: async () => {
      await store?.close();
      rmSync(folder, { recursive: true });
    },
  };
});

const openReadModels = async () => {
  const { subject, opening, reopen, dispose } = await inFolder((folder) =>
    EmbeddedReadModels.open({ folder, mode: 'write' }),
  );
  const another = () => opening((folder) => EmbeddedReadModels.open({ folder, mode: 'read' }));
  return { readModels: subject, transactional: true, reopen, another, dispose };
};

readModelsContract('embedded', openReadModels);
snapshotStoreContract('embedded', openReadModels);

keysContract('embedded', async () => {
  const { subject, reopen, dispose } = await inFolder((folder) => EmbeddedKeys.open({ folder }));
  return { keys: subject, reopen, dispose };
});
