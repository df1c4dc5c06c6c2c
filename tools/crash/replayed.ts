import { Program, type Running } from './program.js';

interface Compared {
  readonly name: string;
  readonly equal: boolean;
  readonly behind: number;
  readonly parked: readonly unknown[];
}

async function compared(data: string, running: Running): Promise<readonly Compared[]> {
  const { out, err } = await new Program(['projections', 'digest', '--replay', '--json'], data, running).ended;
  try {
    return JSON.parse(out) as readonly Compared[];
  } catch {
    throw new Error(`patron projections digest --replay said: ${err}${out}`);
  }
}

/** What the read models of a folder hold against a replay of its log from nothing. */
export async function replayFaults(data: string, running: Running = {}): Promise<readonly string[]> {
  const all = await compared(data, running);
  if (all.length === 0) return ['There are no read models.'];
  return all.flatMap(({ name, equal, behind, parked }) => [
    ...(equal ? [] : [`${name} is not what a replay gives`]),
    ...(behind === 0 ? [] : [`${name} is ${behind} positions behind`]),
    ...(parked.length === 0 ? [] : [`${name} has ${parked.length} parked`]),
  ]);
}
