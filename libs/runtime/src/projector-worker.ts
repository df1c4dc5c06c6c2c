import { parentPort, workerData } from 'node:worker_threads';
import { SystemClock } from '#adapters/system/system-clock.js';
import { Projector } from '#engine/projector.js';
import { FactReader } from '#engine/reader.js';
import { References } from '#engine/references.js';
import { Registry } from '#engine/registry.js';
import { Sealer } from '#engine/sealing.js';
import { folding } from '#slices/folding.js';
import { openEventStore, openKeys, openReadModels } from './adapters.js';
import { partitionsOf } from './partitions.js';
import { yieldToOthers } from './yielding.js';
import type { Order, Report, ThreadData } from './projector-thread.js';
import { refusedOf } from './refusals.js';

/** The other end of `ProjectorThread`. */
async function work({ config, lingerMs }: ThreadData, tell: (report: Report) => void) {
  const store = await openEventStore(config, 'read', new SystemClock());
  const keys = await openKeys(config, 'read', true);
  const readModels = await openReadModels(config, 'write');
  const registry = new Registry(folding);
  const references = await References.load(store, registry);
  const reader = new FactReader(registry, new Sealer(keys));
  const projector = await Projector.open({
    ...{ store, readModels, registry, reader, references },
    ...partitionsOf(config),
    ...(config.batch !== undefined && { batch: config.batch }),
    ...(lingerMs !== undefined && { lingerMs }),
  });
  projector.start();

  const done = async (order: Order): Promise<unknown> => {
    switch (order.what) {
      case 'caughtUp':
        store.look();
        return projector.caughtUp(order.name, order.position, order.timeoutMs);
      case 'gathered':
        store.look();
        return projector.gathered(order.name, order.position);
      case 'allCaughtUp':
        store.look();
        return projector.allCaughtUp(order.position, order.timeoutMs);
      case 'rebuild':
        return projector.rebuild(order.names, (...progress) => tell({ id: order.id, progress }), order.keep);
      case 'rebuildCustomer':
        store.look();
        return projector.rebuildCustomer(order.name, order.customerId);
      case 'cancel':
        return projector.cancel(order.name);
      case 'switchBack':
        return projector.switchBack(order.name);
      case 'drop':
        return projector.drop(order.name);
      case 'retry':
        return projector.retry();
      case 'reached':
        return projector.reached();
      case 'status':
        return projector.status();
      case 'stop':
        await projector.stop();
        await readModels.close();
        await keys.close();
        return store.close();
    }
  };
  return async (order: Order): Promise<void> => {
    try {
      tell({ id: order.id, result: await done(order) });
    } catch (error) {
      tell({ id: order.id, refused: refusedOf(error) });
    }
  };
}

const port = parentPort;
if (port !== null) {
  yieldToOthers();
  const waiting: Order[] = [];
  let take: (order: Order) => unknown = (order) => waiting.push(order);
  port.on('message', (order: Order) => void take(order)); // before anything is awaited, so that no order is missed
  take = await work(workerData as ThreadData, (report) => port.postMessage(report));
  for (const order of waiting) void take(order);
}
