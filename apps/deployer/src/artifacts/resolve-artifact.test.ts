import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { resolveArtifact, type Places } from './resolve-artifact.js';

describe('resolveArtifact', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'artifacts-')));
  const root = join(folder, 'models');
  mkdirSync(join(root, 'inner'), { recursive: true });
  writeFileSync(join(root, 'v1.onnx'), 'bytes');
  writeFileSync(join(folder, 'secret'), 'not a model');
  symlinkSync(join(folder, 'secret'), join(root, 'way-out'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const uploaded = 'a'.repeat(64);
  const within = (roots: string[]): Places => ({ roots, isUploaded: (sha256) => Promise.resolve(sha256 === uploaded) });
  const sha256 = createHash('sha256').update('bytes').digest('hex');

  it('finds absolute paths under a root, and relative ones under the first', async () => {
    const found = { location: join(root, 'v1.onnx'), sha256 };
    expect(await resolveArtifact(join(root, 'v1.onnx'), within(['/elsewhere', root]))).toEqual(found);
    expect(await resolveArtifact('./v1.onnx', within([root]))).toEqual(found);
    expect(await resolveArtifact('inner/../v1.onnx', within([root]))).toEqual(found);
  });

  it('leaves the address of an upstream server as it is', async () => {
    expect(await resolveArtifact('http://triton:8000', within([root]))).toEqual({
      location: 'http://triton:8000',
      sha256: null,
    });
  });

  it('takes what has been uploaded, and says how to send what has not', async () => {
    const reference = `sha256:${uploaded}/v1.onnx`;
    expect(await resolveArtifact(reference, within([root]))).toEqual({ location: reference, sha256: uploaded });
    const other = `sha256:${'b'.repeat(64)}`;
    await expect(resolveArtifact(other, within([root]))).rejects.toThrow('has not been uploaded');
  });

  it.each([['/etc/passwd'], ['../secret'], ['way-out'], ['']])('refuses %s, which is outside', async (path) => {
    await expect(resolveArtifact(path, within([root]))).rejects.toThrow('outside of ARTIFACT_ROOTS');
  });

  it('says what is missing, or no file', async () => {
    await expect(resolveArtifact('v9.onnx', within([root]))).rejects.toThrow(
      `there is no file "${join(root, 'v9.onnx')}"`,
    );
    await expect(resolveArtifact('inner', within([root]))).rejects.toThrow('is not a file');
  });
});
