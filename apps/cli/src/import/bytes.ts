import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';

/** A file that cannot be read to its end. What was read before counts. */
export class FileBroken extends Error {
  override readonly name = 'FileBroken';
}

export interface Bytes {
  readonly chunks: AsyncIterable<Buffer>;
  /** Share of the file read so far, 0 to 1. */
  share(): number;
}

/** The bytes of a file, unpacked where it is gzip; known by its first bytes, whatever its name is. */
export async function bytesOf(path: string): Promise<Bytes> {
  const { size } = await stat(path);
  const gzipped = await startsAsGzip(path);
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  const chunks = gzipped ? unpacked(file) : (file as AsyncIterable<Buffer>);
  return { chunks, share: () => (size === 0 ? 1 : file.bytesRead / size) };
}

async function startsAsGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

async function* unpacked(file: ReturnType<typeof createReadStream>): AsyncIterable<Buffer> {
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  file.on('error', (error) => gunzip.destroy(error));
  try {
    for await (const chunk of file.pipe(gunzip)) yield chunk as Buffer;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FileBroken(`The gzip file breaks off or is damaged: ${reason}.`, { cause: error });
  } finally {
    file.destroy();
  }
}
