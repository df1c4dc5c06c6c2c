import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { multiplied, type Many } from './multiplied.js';

/** 30,000 customers with 290,000 facts. */
export const several: Many = { customers: 2_000, times: 15, visits: 2.9, seed: 1 };
/** 200,000 customers of some ten facts each. */
export const many: Many = { customers: 2_000, times: 100, visits: 3, seed: 1 };
/** A million customers of some four facts each. */
export const most: Many = { customers: 2_000, times: 500, visits: 1, seed: 1 };

/** Where stores are kept from call to call: to make one takes a minute. Where it names none they are removed in the end. */
const { PATRON_BENCH_STORES: kept } = process.env;
let own: string | undefined;

/** The data folder of a generated store, nothing of it folded where it was made now; made once. */
export async function storeOf(size: Many): Promise<string> {
  const home = kept ?? (own ??= ofThisProcess());
  const folder = join(home, `lives-${size.seed}-${size.customers}-${size.times}-${size.visits}`);
  const data = join(folder, 'data');
  if (existsSync(data)) return data;
  const made = `${folder}.new`;
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  await multiplied(size, join(made, 'data'));
  renameSync(made, folder);
  return data;
}

function ofThisProcess(): string {
  const folder = mkdtempSync(join(tmpdir(), 'patron-bench-stores-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
