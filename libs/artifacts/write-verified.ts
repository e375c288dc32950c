import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Bytes that are not what they were said to be, or too many. */
export class RefusedBytes extends Error {
  override readonly name = 'RefusedBytes';
  constructor(
    readonly why: 'digest' | 'size',
    message: string,
  ) {
    super(message);
  }
}

const part = '.part';
/** A file that has been in the making for longer is of a process that is gone. */
const abandonedAfterMs = 86_400_000;

/**
 * Writes a file whose digest is known before: under another name at first, checked while it is written, and then renamed, so that whoever
 * finds it finds all of it, through any crash and with others writing the same.
 *
 * @param maxBytes more are refused as they come
 * @returns the number of bytes
 * @throws RefusedBytes; then nothing is left of it
 */
export async function writeVerified(
  path: string,
  source: AsyncIterable<Uint8Array>,
  { sha256, maxBytes = Infinity }: { readonly sha256: string; readonly maxBytes?: number },
): Promise<number> {
  const incoming = `${path}.${randomUUID()}${part}`;
  const hash = createHash('sha256');
  let bytes = 0;
  async function* checked(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new RefusedBytes('size', `more than ${maxBytes} bytes`);
      hash.update(chunk);
      yield chunk;
    }
  }
  try {
    await pipeline(source, checked, createWriteStream(incoming, { flags: 'wx', flush: true }));
    const found = hash.digest('hex');
    if (found !== sha256) throw new RefusedBytes('digest', `expected bytes with SHA-256 ${sha256}, got ${found}`);
    await rename(incoming, path);
  } catch (error) {
    await rm(incoming, { force: true });
    throw error;
  }
  await removeAbandoned(dirname(path));
  return bytes;
}

/** What processes that crashed while writing have left behind. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(part)) continue;
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > abandonedAfterMs)
      await rm(join(folder, name), { force: true });
  }
}
