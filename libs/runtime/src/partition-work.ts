import { parentPort } from 'node:worker_threads';
import type { PartitionFold } from '#engine/partition-fold.js';
import type { PartitionOrder, PartitionReport } from './partition-thread.js';
import { refusedOf } from './refusals.js';
import { yieldToOthers } from './yielding.js';

/** Facts are told together: a message costs as much as folding some of them. */
const TELL_FACTS = 1_000;

class GivenUp extends Error {}

/** The other end of `PartitionThread`: does in this thread what it is told, until it is told to end. */
export function servePartition(open: () => Promise<{ partition: PartitionFold; close(): Promise<void> }>): void {
  const port = parentPort;
  if (port === null) throw new Error('This is the beginning of a thread.');
  yieldToOthers();
  const opening = open();
  const tell = (report: PartitionReport): void => port.postMessage(report);
  let isGivenUp = false;

  async function work(order: PartitionOrder): Promise<void> {
    const { partition, close } = await opening;
    if (order.what === 'fold') {
      let facts = 0;
      await partition.fold(order.task, (more) => {
        if (isGivenUp) throw new GivenUp();
        facts += more;
        if (facts >= TELL_FACTS) tell({ facts });
        if (facts >= TELL_FACTS) facts = 0;
      });
      tell({ facts });
    } else if (order.what === 'index') {
      await partition.index(order.name);
    } else {
      await partition.end();
      await close();
      port?.close();
    }
  }

  let last: Promise<unknown> = opening.catch(() => undefined);
  port.on('message', (order: PartitionOrder) => {
    if (order.what === 'giveUp') {
      isGivenUp = true;
      return;
    }
    last = last.then(() =>
      work(order).then(
        () => tell({ done: true }),
        (error: unknown) => {
          if (order.what === 'end') port.close();
          tell({ refused: refusedOf(error) });
        },
      ),
    );
  });
}
