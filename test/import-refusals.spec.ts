import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '#testing/temp-folder.js';
import { AnalystWorld } from './analyst.fixture.js';

const folder = tempFolder();
const at = (name: string): string => join(folder(), name);

describe('patron import', () => {
  let world: AnalystWorld;
  beforeAll(async () => {
    world = await AnalystWorld.open();
  });
  beforeEach(() => {
    mkdirSync(at('months'));
    writeFileSync(at('shop.csv'), 'a,b\r\n');
    writeFileSync(at('broken.json'), '{');
    writeFileSync(at('list.json'), '[]');
  });
  afterAll(() => world.close());

  it.each([
    ['a folder', 'months', 'list.json', 'months is a folder: name the file in it.'],
    ['a file that is not there', 'none.csv', 'list.json', 'There is no file '],
    ['a mapping that is no JSON', 'shop.csv', 'broken.json', 'broken.json: This is no JSON: '],
    ['a mapping that is a list', 'shop.csv', 'list.json', 'list.json: This is no JSON object.'],
    ['a mapping that is not there', 'shop.csv', 'none.json', 'none.json cannot be read: '],
  ])('of %s says what is wrong with which file', async (_, file, mapping, message) => {
    const { code, out } = await world.cli('import', at(file), '--mapping', at(mapping), '--dry-run');
    expect([code, out]).toEqual([2, expect.stringContaining(message)]);
  });
});
