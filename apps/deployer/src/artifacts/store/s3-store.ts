import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { writeVerified } from '#artifacts';
import type { ArtifactStore } from './artifact-store.js';

/** Where in S3 the artifacts are. */
export interface Place {
  readonly bucket: string;
  /** Empty, or ending in a slash. */
  readonly prefix: string;
}

/** Reads `s3://bucket/prefix`. @throws Error where it names no bucket */
export function placeOf(address: string): Place {
  const [, bucket, path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/(.*))?$/.exec(address) ?? [];
  if (bucket === undefined) throw new Error(`expected s3://bucket/prefix, got "${address}"`);
  const prefix = path.replace(/\/+$/, '');
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
}

/** Artifacts as objects of a bucket, named by their digest. They are checked here before they are sent there. */
export class S3Store implements ArtifactStore {
  constructor(
    private readonly client: S3Client,
    private readonly place: Place,
  ) {}

  async size(sha256: string): Promise<number | undefined> {
    const found = await unlessMissing(this.client.send(new HeadObjectCommand(this.object(sha256))));
    return found?.ContentLength;
  }

  async write(sha256: string, source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<number> {
    const folder = await mkdtemp(join(tmpdir(), 'understudy-upload-'));
    try {
      const path = join(folder, sha256);
      const bytes = await writeVerified(path, source, { sha256, maxBytes });
      const body = { Body: createReadStream(path), ContentLength: bytes };
      await this.client.send(new PutObjectCommand({ ...this.object(sha256), ...body }));
      return bytes;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async read(sha256: string): Promise<Readable | undefined> {
    const found = await unlessMissing(this.client.send(new GetObjectCommand(this.object(sha256))));
    return found?.Body instanceof Readable ? found.Body : undefined;
  }

  async remove(sha256: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand(this.object(sha256)));
  }

  private object(sha256: string): { Bucket: string; Key: string } {
    return { Bucket: this.place.bucket, Key: this.place.prefix + sha256 };
  }
}

/** A bucket that is not there is an error, an object that is not there is none. */
async function unlessMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey')) return undefined;
    throw error;
  }
}
