import type { Readable } from 'node:stream';

/** Where uploaded artifacts lie, by the SHA-256 of their bytes. What is there never changes. */
export interface ArtifactStore {
  /** Bytes of an artifact; undefined where it is not there. */
  size(sha256: string): Promise<number | undefined>;
  /**
   * Puts an artifact there: all of it, with the bytes checked, or nothing. One that is there already is replaced by itself.
   * @returns its bytes
   * @throws RefusedBytes where they are others, or more than `maxBytes`
   */
  write(sha256: string, source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<number>;
  /** Undefined where it is not there. */
  read(sha256: string): Promise<Readable | undefined>;
  /** Nothing happens where it is not there. */
  remove(sha256: string): Promise<void>;
}
