import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelDigest } from '#engine/digest.js';
import { loadConfig } from '#runtime/config.js';
import { openPatron, type Patron } from '#runtime/patron.js';
import { DirectAccess } from '../apps/cli/src/access/direct.js';
import { importFile, type ImportOptions, type Imported } from '../apps/cli/src/import/importer.js';
import { parseMapping } from '../apps/cli/src/import/mapping.js';

export type Done = Pick<Imported, 'reconciliation' | 'broken'> & {
  readonly rejects: readonly (readonly [line: number, column: string, reason: string, raw: string])[];
};

/** A Patron in memory to import into, and a folder for its files. */
export class ImportWorld {
  private constructor(
    readonly folder: string,
    readonly patron: Patron,
  ) {}

  static async open(): Promise<ImportWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'patron-import-spec-'));
    const flags = { eventStore: 'memory', readModels: 'memory', data: join(folder, 'data') };
    return new ImportWorld(folder, await openPatron(loadConfig({ flags, folder }), { mode: 'write' }));
  }

  file(name: string, content: string | Buffer): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  async import(file: string, mapping: unknown, options: Partial<ImportOptions> = {}): Promise<Done> {
    const parsed = parseMapping(mapping);
    const gate = DirectAccess.on(this.patron).gate(parsed.name);
    const imported = await importFile({ file, mapping: parsed, gate, scratchFolder: this.folder, ...options });
    const rejects = [...imported.rejects()];
    imported.remove();
    return { ...imported, rejects };
  }

  async digests(): Promise<Readonly<Record<string, string>>> {
    const { engine } = this.patron;
    await engine.projector?.allCaughtUp(await engine.store.head());
    const digests: Record<string, string> = {};
    for (const name of [...engine.registry.projections.keys()].sort()) {
      digests[name] = (await modelDigest(await engine.readSide.model(name))).digest;
    }
    return digests;
  }

  async types(): Promise<Readonly<Record<string, number>>> {
    const types: Record<string, number> = {};
    for await (const { facts } of this.patron.engine.store.readAll()) {
      for (const { type } of facts) types[type] = (types[type] ?? 0) + 1;
    }
    return types;
  }

  /** A read model's documents by key, once it has caught up. */
  async documents(name: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { engine } = this.patron;
    await engine.projector?.allCaughtUp(await engine.store.head());
    const stored = await (await engine.readSide.model(name)).scan('', 5_000);
    return stored.map(({ doc }) => doc as Readonly<Record<string, unknown>>);
  }

  /** The sources that facts of a type name, each once. */
  async sources(type: string): Promise<readonly (string | undefined)[]> {
    const sources = new Set<string | undefined>();
    for await (const { facts } of this.patron.engine.store.readAll()) {
      for (const fact of facts) if (fact.type === type) sources.add(fact.metadata.source);
    }
    return [...sources];
  }

  async close(): Promise<void> {
    await this.patron.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const shipped = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../docs/mappings/${name}.json`, import.meta.url), 'utf8'));
