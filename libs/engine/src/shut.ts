import { Sorted } from '#kernel/sorted.js';
import type { Customer } from './customer.js';

/** Facts since a customer was opened from which on it is worth while to shut their leaves. */
const WORTH_SHUTTING = 16;

/**
 * Makes the long maps of a customer who came out of a text texts again, all but what was not changed since, which is one already. For
 * who would have to rest: resting and being opened again would copy a long history as a whole. False where little would be gained.
 */
export function shut(customer: Customer): boolean {
  const { opened, count } = customer;
  if (opened.shelf === 0 || count - opened.count < WORTH_SHUTTING) return false;
  customer.states = customer.states.map(shutState);
  customer.commands = customer.commands.shut();
  const maps = customer.states.flatMap((state) => Object.values(state ?? {}).filter((one) => one instanceof Sorted));
  const shelf = [customer.commands, ...maps].reduce((length, map) => length + map.textLength, 0);
  customer.opened = { ...opened, count, shelf };
  return true;
}

/** The state itself where nothing in it changes. */
function shutState(state: unknown): unknown {
  let next = state as Readonly<Record<string, unknown>> | null;
  for (const [name, value] of Object.entries(next ?? {})) {
    const changed = value instanceof Sorted ? value.shut() : value;
    if (changed !== value) next = { ...next, [name]: changed };
  }
  return next;
}
