import { createHash } from 'node:crypto';
import { canonicalJson } from '#kernel/canonical.js';
import type { Json, ReadModel } from '#kernel/ports/read-models.js';

const PAGE = 2_000;

/** SHA-256 (hex) of a document's RFC 8785 form. Documents hold no store positions and no recordedAt. */
export const documentDigest = (doc: Json): string => createHash('sha256').update(canonicalJson(doc)).digest('hex');

/**
 * SHA-256 (hex) over the keys and digests of all documents, in key order: equal content, equal digest. Of one build, also where
 * readers are switched to another meanwhile.
 */
export async function modelDigest(of: ReadModel): Promise<{ readonly digest: string; readonly documents: number }> {
  const { model, release } = await of.pin();
  try {
    return await digestOf(model);
  } finally {
    release();
  }
}

async function digestOf(model: ReadModel): Promise<{ readonly digest: string; readonly documents: number }> {
  const hash = createHash('sha256');
  let documents = 0;
  for (let afterKey = ''; ;) {
    const page = await model.scan(afterKey, PAGE);
    for (const { key, doc } of page) {
      hash.update(`${canonicalJson(key)}:${documentDigest(doc ?? {})}\n`);
      documents += 1;
    }
    if (page.length < PAGE) return { digest: hash.digest('hex'), documents };
    afterKey = page.at(-1)?.key ?? '';
  }
}
