import type { Json } from '#kernel/ports/read-models.js';
import { asCsv, asNdjson, type Pages } from './exports.js';

const pagesOf =
  (...docs: readonly Json[]): Pages =>
  async ({ limit = 0, cursor = '0' }) => {
    const end = Number(cursor) + Math.min(limit, 2);
    return { items: docs.slice(Number(cursor), end), position: 1, ...(end < docs.length && { cursor: String(end) }) };
  };
const all = async (texts: AsyncIterable<string>): Promise<string> => {
  let text = '';
  for await (const part of texts) text += part;
  return text;
};

describe('an export', () => {
  const docs = [
    { id: 'a', spend: { units: -5, currency: 'GBP' } },
    { id: '=1+1', note: 'say "hi",\nthen go' },
    { id: 'c', tags: ['x', 'y'], gone: null },
  ];

  it('as CSV has a column for every path in any document', async () => {
    expect(await all(asCsv(pagesOf(...docs), {}))).toBe(
      'id,spend.units,spend.currency,note,tags,gone\r\n' +
        'a,-5,GBP,,,\r\n' +
        `'=1+1,,,"say ""hi"",\nthen go",,\r\n` +
        'c,,,,"[""x"",""y""]",\r\n',
    );
  });

  it('as CSV has the inner columns only of an object that is null in some documents', async () => {
    const scored = [
      { id: 'a', rfm: null, never: null },
      { id: 'b', rfm: { r: 5, of: null }, never: null },
      { id: 'c', rfm: { r: 4, of: { f: 1 } }, never: null },
    ];
    expect(await all(asCsv(pagesOf(...scored), {}))).toBe(
      'id,never,rfm.r,rfm.of.f\r\n' + 'a,,,\r\n' + 'b,,5,\r\n' + 'c,,4,1\r\n',
    );
  });

  it('as NDJSON gives the documents as they are, up to a limit', async () => {
    expect(await all(asNdjson(pagesOf(...docs), {}))).toBe(docs.map((doc) => `${JSON.stringify(doc)}\n`).join(''));
    expect(await all(asNdjson(pagesOf(...docs), { limit: 1 }))).toBe(`${JSON.stringify(docs[0])}\n`);
    expect(await all(asNdjson(pagesOf(), {}))).toBe('');
  });
});
