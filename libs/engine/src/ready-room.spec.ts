import fc from 'fast-check';
import { ReadyRoom } from './ready-room.js';

const [MOST, LEAST, FACTS] = [9_000, 1_000, 30];

/** Customers of 30 facts each who are wanted one after the other; who was put in first goes first. */
function world(room: ReadyRoom) {
  const ready = new Set<number>();
  const leftAt = new Map<number, number>();
  return {
    want(customer: number): void {
      const left = leftAt.get(customer);
      if (!ready.delete(customer) && left !== undefined) room.returns(left);
      ready.add(customer);
      for (const other of ready) {
        if (ready.size * FACTS <= room.facts) break;
        ready.delete(other);
        leftAt.set(other, room.leaves(FACTS));
      }
    },
    get ready() {
      return ready.size;
    },
  };
}

describe('the room for customers that are ready', () => {
  it('shrinks to its least where hardly anybody comes back in time', () => {
    const room = new ReadyRoom(MOST, LEAST);
    const { want } = world(room);
    for (let at = 0; at < 6_000; at += 1) want(at % 3_000);
    expect(room.facts).toBe(LEAST);
  });

  it('is whole again once those come back who would fit into it', () => {
    const room = new ReadyRoom(MOST, LEAST);
    const { want } = world(room);
    for (let at = 0; at < 6_000; at += 1) want(at % 3_000);
    for (let at = 0; at < 1_000; at += 1) want(at % 250);
    expect(room.facts).toBeGreaterThan(250 * FACTS);
  });

  it('stays small enough for a few who come back among many who do not', () => {
    const room = new ReadyRoom(MOST, LEAST);
    const { want } = world(room);
    for (let at = 0; at < 30_000; at += 1) want(at % 3 === 0 ? at % 30 : at);
    expect(room.facts).toBe(LEAST);
  });

  it('is whole while everybody fits', () => {
    const room = new ReadyRoom(MOST, LEAST);
    const now = world(room);
    for (let at = 0; at < 3_000; at += 1) now.want(at % 300);
    expect([now.ready, room.facts]).toEqual([300, MOST]);
  });

  it('stays large where a few more are wanted than fit', () => {
    const room = new ReadyRoom(MOST, LEAST);
    const random = fc.sample(fc.nat(329), { numRuns: 30_000, seed: 5 });
    const { want } = world(room);
    for (const customer of random) want(customer);
    expect(room.facts).toBeGreaterThan(0.8 * MOST);
  });

  it('stays as it is where its most is its least', () => {
    const room = new ReadyRoom(LEAST, LEAST);
    const { want } = world(room);
    for (let at = 0; at < 3_000; at += 1) want(at);
    expect(room.facts).toBe(LEAST);
  });
});
