import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { sendArtifacts } from './send-artifacts.js';

const folder = mkdtempSync(join(tmpdir(), 'understudy-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'models'));
writeFileSync(join(folder, 'models', 'v1.onnx'), 'bytes');
writeFileSync(join(folder, 'metric.mjs'), 'code');
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A deployer that has those digests, or takes no uploads. */
function deployer(has: string[] | null) {
  const sent = new Map<string, string>();
  return {
    sent,
    hasArtifact: (sha256: string) => Promise.resolve(has === null ? null : has.includes(sha256)),
    sendArtifact: async (sha256: string, bytes: number, source: AsyncIterable<Uint8Array>) => {
      const all = await buffer(Readable.from(source));
      expect(all).toHaveLength(bytes);
      sent.set(sha256, all.toString());
    },
  };
}
const send = (api: ReturnType<typeof deployer>, manifest: unknown, dryRun = false) =>
  sendArtifacts(api, manifest, { folder, actor: 'me', dryRun });

const manifest = (artifact: string, module = 'metric.mjs') => ({
  metadata: { name: 'm' },
  spec: { timeout: '1s', versions: [{ name: 'v1', artifact }], truth: { metric: 'module', options: { module } } },
});
const references = manifest(`sha256:${digest('bytes')}/v1.onnx`, `sha256:${digest('code')}/metric.mjs`);

describe('sendArtifacts', () => {
  it('sends the files beside the manifest, and puts references in their places', async () => {
    const api = deployer([]);
    expect(await send(api, manifest('./models/v1.onnx'))).toEqual(references);
    expect(Object.fromEntries(api.sent)).toEqual({ [digest('bytes')]: 'bytes', [digest('code')]: 'code' });
  });

  it('sends nothing that is there already', async () => {
    const api = deployer([digest('bytes'), digest('code')]);
    expect(await send(api, manifest('models/v1.onnx'))).toEqual(references);
    expect(api.sent.size).toBe(0);
  });

  it('sends nothing where it is only to be said what would change', async () => {
    const api = deployer([]);
    expect(await send(api, manifest('models/v1.onnx'), true)).toEqual(references);
    expect(api.sent.size).toBe(0);
  });

  it('leaves references, absolute paths and addresses as they are', async () => {
    const api = deployer([]);
    for (const artifact of ['/models/v1.onnx', 'http://triton:8000/v2/models/digits', `sha256:${digest('x')}/v.onnx`])
      expect(await send(api, manifest(artifact, '/metric.mjs'))).toEqual(manifest(artifact, '/metric.mjs'));
    expect(api.sent.size).toBe(0);
  });

  it('gives absolute paths to a deployer that takes no uploads', async () => {
    const expected = manifest(join(folder, 'models/v1.onnx'), join(folder, 'metric.mjs'));
    expect(await send(deployer(null), manifest('models/v1.onnx'))).toEqual(expected);
  });

  it('says where a path stands that leads to no file', async () => {
    await expect(send(deployer([]), manifest('models/v9.onnx'))).rejects.toThrow(/^spec\.versions\[0\]\.artifact: /);
    await expect(send(deployer([]), manifest('models'))).rejects.toThrow('is a folder; an artifact is one file');
  });

  it('leaves what is no manifest to the deployer, which says what is wrong', async () => {
    for (const wrong of [{ spec: { versions: 'v1' } }, { spec: { versions: [null, {}] } }, { spec: null }, {}])
      expect(await send(deployer([]), wrong)).toEqual(wrong);
  });
});
