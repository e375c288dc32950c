import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { startFauxqs, type FauxqsServer } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactStore } from './artifact-store.js';
import { FolderStore } from './folder-store.js';
import { placeOf, S3Store } from './s3-store.js';

const folder = mkdtempSync(join(tmpdir(), 'understudy-store-'));
let s3: FauxqsServer;
let client: S3Client;
beforeAll(async () => {
  s3 = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false });
  s3.createBucket('models');
  client = new S3Client({
    endpoint: s3.address,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterAll(async () => {
  client.destroy();
  await s3.stop();
  rmSync(folder, { recursive: true });
});

const stores: Record<string, () => ArtifactStore> = {
  'a folder': () => new FolderStore(join(folder, 'store')),
  S3: () => new S3Store(client, placeOf('s3://models/understudy')),
};

describe.each(Object.entries(stores))('artifacts in %s', (_, open) => {
  const model = Buffer.alloc(3 * 1024 ** 2, 'weights ');
  const sha256 = createHash('sha256').update(model).digest('hex');
  const chunks = (): Readable => Readable.from([model.subarray(0, 100_000), model.subarray(100_000)]);
  const write = (digest = sha256, maxBytes = Infinity) => open().write(digest, chunks(), maxBytes);

  it('are not there before they are written', async () => {
    expect(await open().size(sha256)).toBeUndefined();
    expect(await open().read(sha256)).toBeUndefined();
    await open().remove(sha256);
  });

  it('refuse other bytes, too many, and such as break off, and keep nothing of them', async () => {
    const other = 'c'.repeat(64);
    await expect(write(other)).rejects.toMatchObject({ why: 'digest' });
    await expect(write(sha256, 1024)).rejects.toMatchObject({ why: 'size' });
    const broken = async function* () {
      yield model.subarray(0, 1_000);
      await Promise.resolve();
      throw new Error('the caller has gone');
    };
    await expect(open().write(sha256, broken(), Infinity)).rejects.toThrow('the caller has gone');
    for (const digest of [other, sha256]) expect(await open().size(digest)).toBeUndefined();
  });

  it('come back as they were written, also when written twice at once', async () => {
    expect(await Promise.all([write(), write()])).toEqual([model.length, model.length]);
    expect(await open().size(sha256)).toBe(model.length);
    const stream = await open().read(sha256);
    expect(model.equals(await buffer(stream!))).toBe(true);
  });

  it('are gone once they are removed', async () => {
    await open().remove(sha256);
    expect(await open().size(sha256)).toBeUndefined();
  });
});

describe('a store', () => {
  it('of a folder leaves no other files behind', () => expect(readdirSync(join(folder, 'store'))).toEqual([]));

  it('of S3 is named by its bucket and a prefix', () => {
    expect(placeOf('s3://models')).toEqual({ bucket: 'models', prefix: '' });
    expect(placeOf('s3://models/a/b/')).toEqual({ bucket: 'models', prefix: 'a/b/' });
    expect(() => placeOf('s3:///a')).toThrow('expected s3://bucket/prefix');
  });

  it('of S3 says that its bucket is missing', async () => {
    const lost = new S3Store(client, placeOf('s3://nowhere'));
    await expect(lost.write(createHash('sha256').digest('hex'), Readable.from([]), 1)).rejects.toThrow(/bucket/i);
  });
});
