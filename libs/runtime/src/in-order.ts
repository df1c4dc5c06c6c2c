import { setImmediate as turn } from 'node:timers/promises';

/** Wakes everybody who waits. */
class Bell {
  private waiting: (() => void)[] = [];

  ring(): void {
    for (const wake of this.waiting.splice(0)) wake();
  }

  heard(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

export interface InOrder<T> {
  /** Most items begun and not yet handed on. */
  readonly most: number;
  readonly work: (item: T) => Promise<string>;
  /** True for an item that waits for all before it and holds back all after it. */
  readonly alone?: (item: T) => boolean;
  /** What to hand on at the end when reading the items failed. */
  readonly broken: (error: unknown) => string;
}

/**
 * Works on items side by side and hands their results on in the order of the items, as they come. Whoever takes the
 * results slowly slows the reading of the items down.
 */
export async function* inOrder<T>(
  items: AsyncIterable<T>,
  { most, work, alone, broken }: InOrder<T>,
): AsyncGenerator<string> {
  const slots: { text?: string }[] = [];
  const running = new Set<Promise<void>>();
  const room = new Bell();
  const moved = new Bell();
  let [ended, left] = [false, false];
  const begin = (item: T): Promise<void> => {
    const slot: { text?: string } = {};
    slots.push(slot);
    const mine = work(item).then((text) => {
      slot.text = text;
      running.delete(mine);
      moved.ring();
    });
    running.add(mine);
    return mine;
  };
  const reading = async (): Promise<void> => {
    try {
      for await (const item of items) {
        while (slots.length >= most && !left) await room.heard();
        if (left) return;
        if (alone?.(item) === true) {
          await Promise.all(running);
          await begin(item);
        } else void begin(item);
      }
    } catch (error) {
      slots.push({ text: broken(error) });
    } finally {
      ended = true;
      moved.ring();
    }
  };
  const read = reading();
  try {
    for (;;) {
      let chunk = '';
      while (slots[0]?.text !== undefined) chunk += slots.shift()?.text ?? '';
      if (chunk !== '') {
        room.ring();
        yield chunk;
      } else if (ended && slots.length === 0) {
        return await read;
      } else {
        await moved.heard();
        await turn(); // what is done in the same turn goes out in one piece
      }
    }
  } finally {
    left = true;
    room.ring();
  }
}
