import { resolve } from 'node:path';
import type { ArtifactStore } from './artifact-store.js';

/** Opens the store that ARTIFACT_STORE names: a folder, or `s3://bucket/prefix`. The SDK is loaded only where it is needed. */
export async function openStore(address: string): Promise<ArtifactStore> {
  if (!address.startsWith('s3://')) return new (await import('./folder-store.js')).FolderStore(resolve(address));
  const { S3Client } = await import('@aws-sdk/client-s3');
  const { S3Store, placeOf } = await import('./s3-store.js');
  // Servers of one's own (AWS_ENDPOINT_URL_S3) rarely have a host name for each bucket.
  const isOwn = Boolean(process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL']);
  return new S3Store(new S3Client({ forcePathStyle: isOwn }), placeOf(address));
}
