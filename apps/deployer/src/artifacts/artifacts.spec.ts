import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually, http } from '#testing';
import { useDeployer } from '../testing/use-deployer.js';
import { CollectArtifacts } from './collect-artifacts.js';
import { ARTIFACT_STORE } from './uploads.js';
import type { ArtifactStore } from './store/artifact-store.js';

const digest = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
const single = { single: { version: 'v1' } };

describe('uploaded artifacts', () => {
  const deployer = useDeployer();
  const { harness, control } = deployer;

  const url = (sha256: string) => deployer.url(`/artifacts/${sha256}`);
  const headers = { 'content-type': 'application/octet-stream', 'x-actor': 'ann' };
  const put = (bytes: string, sha256 = digest(bytes)) =>
    http<Record<string, unknown>>(url(sha256), { method: 'PUT', body: bytes, headers });
  const stored = () => readdirSync(join(harness.models, '.store'));
  const manifest = (name: string, artifact: string, changes: object = {}) =>
    harness.manifest(name, single, { versions: [{ name: 'v1', runtime: 'onnx', artifact }], ...changes });

  it('are taken once by their digest, and given back', async () => {
    const sha256 = digest('model one');
    expect((await http(url(sha256), { method: 'HEAD' })).status).toBe(404);
    expect((await http(url(sha256))).status).toBe(404);
    expect(await put('model one')).toMatchObject({ status: 201, body: { sha256, bytes: 9 } });
    expect(await put('model one')).toMatchObject({ status: 200, body: { sha256, bytes: 9 } });
    const head = await http(url(sha256), { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '9']);
    const got = await http(url(sha256));
    expect([got.status, got.body, got.headers.get('content-type')]).toEqual([
      200,
      'model one',
      headers['content-type'],
    ]);
    const { rows } = await harness.pool().query('SELECT bytes, uploaded_by FROM artifacts WHERE sha256 = $1', [sha256]);
    expect(rows).toEqual([{ bytes: '9', uploaded_by: 'ann' }]);
  });

  it('are refused where they are other bytes, too many, or no bytes at all; nothing of them stays', async () => {
    const before = stored();
    expect(await put('model two', digest('another'))).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining(`got ${digest('model two')}`) as string },
    });
    const large = 'x'.repeat(1024 ** 2 + 1);
    expect(await put(large)).toMatchObject({
      status: 413,
      body: { error: expect.stringContaining('1 MiB') as string },
    });
    expect((await put('x', 'not-a-digest')).status).toBe(400);
    expect((await put('x', '..%2f..%2fetc%2fpasswd')).status).toBe(400);
    const json = { 'content-type': 'application/json' };
    expect((await http(url(digest('{}')), { method: 'PUT', body: '{}', headers: json })).status).toBe(415);
    expect(stored()).toEqual(before);
  });

  it('that break off leave nothing, and can be sent again', async () => {
    const bytes = 'model three';
    await new Promise<void>((resolve) => {
      const sending = request(url(digest(bytes)), { method: 'PUT', headers: { ...headers, 'content-length': 11 } });
      sending.on('error', () => resolve());
      sending.write('model', () => setImmediate(() => sending.destroy(new Error('gone'))));
    });
    await eventually(() => stored().every((name) => !name.endsWith('.part')));
    expect((await put(bytes)).status).toBe(201);
  });

  it('stand in manifests by their digest, which is the version', async () => {
    await put('model four');
    const artifact = `sha256:${digest('model four')}/v1.onnx`;
    const applied = await control.put('uploaded', manifest('uploaded', artifact));
    expect(applied.status).toBe(201);
    const view = await control.view('uploaded');
    expect(view.versions).toMatchObject([{ artifact, sha256: digest('model four') }]);
    const announced = await eventually(() => harness.versions.find(({ key }) => key === 'uploaded/v1'));
    expect(JSON.parse(announced.value)).toMatchObject({ artifact, sha256: digest('model four') });
    // What is stored is what would be applied again.
    expect(await control.put('uploaded', view.manifest)).toMatchObject({ status: 200, body: { revision: 1 } });
    await put('model five');
    const other = await control.put('uploaded', manifest('uploaded', `sha256:${digest('model five')}`));
    expect(other).toMatchObject({ status: 409, body: { problems: [{ path: 'spec.versions[0].artifact' }] } });
  });

  it('that nobody sent are refused, with the way to send them', async () => {
    const truth = { metric: 'module', options: { module: `sha256:${'1'.repeat(64)}/metric.mjs` } };
    const missing = manifest('lost', `sha256:${'0'.repeat(64)}`, { truth });
    const answer = await control.put('lost', missing);
    expect(answer.status).toBe(400);
    expect(answer.body['problems']).toEqual([
      { path: 'spec.versions[0].artifact', message: expect.stringContaining('has not been uploaded') as string },
      { path: 'spec.truth.options.module', message: expect.stringContaining('has not been uploaded') as string },
    ]);
  });

  it('are removed once nothing has named them for the time of grace', async () => {
    await Promise.all(['kept', 'metric', 'dropped', 'forgotten', 'fresh'].map((bytes) => put(bytes)));
    const by = (bytes: string) => `sha256:${digest(bytes)}`;
    const truth = { metric: 'module', options: { module: `${by('metric')}/m.mjs` } };
    await control.put('keeps', manifest('keeps', by('kept'), { truth }));
    await control.put('drops', manifest('drops', by('dropped')));
    await control.remove('drops');
    const all = ['kept', 'metric', 'dropped', 'forgotten', 'fresh'].map(digest);
    const left = () =>
      stored()
        .filter((name) => all.includes(name))
        .sort();
    const { app } = deployer.service();
    const collect = () => app.get(CollectArtifacts).collect(app.get<ArtifactStore>(ARTIFACT_STORE));
    const older = (sql: string) => harness.pool().query(sql, [all.slice(0, 4)]);

    await older(`UPDATE artifacts SET wanted_at = now() - interval '25 h' WHERE sha256 = ANY ($1)`);
    await collect();
    // A version that has just been retired may still have work.
    expect(left()).toEqual(['kept', 'metric', 'dropped', 'fresh'].map(digest).sort());
    await older(
      `UPDATE model_versions SET retired_at = now() - interval '25 h' WHERE retired_at IS NOT NULL AND sha256 = ANY ($1)`,
    );
    await collect();
    expect(left()).toEqual(['kept', 'metric', 'fresh'].map(digest).sort());
    expect(existsSync(join(harness.models, '.store', digest('forgotten')))).toBe(false);
    expect((await put('forgotten')).status).toBe(201);
  });
});
