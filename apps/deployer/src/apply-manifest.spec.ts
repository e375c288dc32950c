import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EndpointView } from '#contracts';
import { eventually, http } from '#testing';
import { step } from './testing/harness.js';
import { useDeployer } from './testing/use-deployer.js';

const single = { single: { version: 'v1' } };
const canary = {
  canary: { champion: 'v1', candidate: 'v2', steps: [10, 50], interval: '100ms', minSamples: 50, margin: 0.05 },
};
const problemsOf = (body: unknown): Record<string, string> =>
  Object.fromEntries(
    (body as { problems: { path: string; message: string }[] }).problems.map(({ path, message }) => [path, message]),
  );

describe('the deployer', () => {
  const { harness, control, url, apply } = useDeployer();

  it('makes topics, then announces versions, then the plan, and answers with the revision', async () => {
    const answer = await control.put('fresh', harness.manifest('fresh', single, { partitions: 2 }));
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      name: 'fresh',
      revision: 1,
      epoch: 1,
      strategy: { name: 'single' },
      rollout: { id: 1 },
    });
    expect(await harness.stage.upstream.topicNames()).toEqual(
      expect.arrayContaining([
        harness.stage.topic('requests', { endpoint: 'fresh' }),
        harness.stage.topic('work', { endpoint: 'fresh', version: 'v3' }),
      ]),
    );
    const plan = await harness.lastPlan('fresh', () => true);
    expect(plan).toMatchObject({
      endpoint: 'fresh', revision: 1, epoch: 1, rollout: 1, step: 0, allocation: [{ version: 'v1', weight: 1 }], fallback: 'v1', timeoutMs: 5_000,
    }); // prettier-ignore
    const announced = await eventually(() => harness.versions.find(({ key }) => key === 'fresh/v1'));
    expect(JSON.parse(announced.value)).toEqual({
      endpoint: 'fresh',
      version: 'v1',
      runtime: 'onnx',
      artifact: join(harness.models, 'v1.onnx'),
      sha256: createHash('sha256').update('model v1').digest('hex'),
      pool: 'default',
      partitions: 2,
      options: {},
    });
  });

  it('takes YAML as it takes JSON', async () => {
    const yaml = `{apiVersion: understudy/v1, kind: Endpoint, metadata: {name: yaml}, spec: {versions: [{name: v1, runtime: onnx, artifact: v1.onnx}], strategy: {single: {version: v1}}}}`;
    expect((await control.put('yaml', yaml)).status).toBe(201);
    const same = {
      apiVersion: 'understudy/v1',
      kind: 'Endpoint',
      metadata: { name: 'yaml' },
      spec: { versions: [{ name: 'v1', runtime: 'onnx', artifact: 'v1.onnx' }], ...{ strategy: single } },
    };
    expect((await control.put('yaml', same)).body).toMatchObject({ revision: 1, epoch: 1 });
  });

  it('changes nothing by the same manifest, however it is written', async () => {
    await apply('same', canary);
    const written = { canary: { ...canary.canary, interval: '0.1s', alpha: 0.05 } };
    expect(await apply('same', written, { timeout: '5s' })).toMatchObject({
      revision: 1,
      epoch: 1,
      rollout: { id: 1 },
    });
    expect(await control.events('same')).toHaveLength(2);
  });

  it('begins a new rollout for another strategy, and keeps it through other changes', async () => {
    await apply('changing', single);
    const other = await apply('changing', single, { timeout: '2s' });
    expect(other).toMatchObject({ revision: 2, epoch: 2, rollout: { id: 1 }, plan: { timeoutMs: 2_000 } });
    const next = await apply('changing', canary, { timeout: '2s' });
    expect(next).toMatchObject({
      revision: 3,
      epoch: 3,
      rollout: { id: 2, status: 'running' },
      strategy: { name: 'canary' },
    });
    expect(next.plan.allocation).toEqual([
      { version: 'v2', weight: 0.1 },
      { version: 'v1', weight: 0.9 },
    ]);
    expect(await apply('changing', { single: { version: 'v2' } })).toMatchObject({
      plan: { fallback: 'v1' },
      rollout: { id: 3 },
    });
  });

  it('takes an arm into a bandit at work, which keeps its evidence', async () => {
    const bandit = (arms: string[]) => ({ bandit: { arms, cadence: '1h', indifference: false } });
    await apply('arms', bandit(['v1', 'v2']));
    await harness.evidence('arms', 1, [step(0, { v1: 0.5, v2: 0.5 }, { v1: [400, 500], v2: [410, 500] })]);
    const seen = async (): Promise<EndpointView> => (await http<EndpointView>(url('/endpoints/arms'))).body;
    await eventually(async () => JSON.stringify((await seen()).verdict).includes('of 500'));

    const view = await apply('arms', bandit(['v1', 'v2', 'v3']));
    expect(view).toMatchObject({ revision: 2, rollout: { id: 1, status: 'running' } });
    expect(JSON.stringify(view.verdict)).toContain('of 500');
    const plan = await harness.lastPlan('arms', ({ revision }) => revision === 2);
    expect(plan).toMatchObject({ rollout: 1, step: 1 });
    expect(plan.allocation.map(({ version }) => version)).toEqual(['v1', 'v2', 'v3']);
    expect(await apply('arms', bandit(['v1', 'v3']))).toMatchObject({ rollout: { id: 1 } });
    expect(await apply('arms', { bandit: { arms: ['v1', 'v3'], floor: 0.1 } })).toMatchObject({ rollout: { id: 2 } });
  });

  it('refuses what cannot be, with the path, and changes nothing', async () => {
    await apply('strict', single);
    const put = (strategy: object, changes: object = {}) =>
      control.put('strict', harness.manifest('strict', strategy, changes));
    const unknown = await put({ canary: { ...canary.canary, stpes: [1] } });
    expect(unknown.status).toBe(400);
    expect(unknown.headers.get('content-type')).toContain('application/problem+json');
    expect(unknown.body).toMatchObject({ error: expect.stringContaining('refused') as string });
    expect(problemsOf(unknown.body)['spec.strategy.canary.stpes']).toContain('unknown field');
    const outside = await put(single, { versions: [{ name: 'v1', runtime: 'onnx', artifact: '/etc/passwd' }] });
    expect(outside.status).toBe(400);
    expect(problemsOf(outside.body)['spec.versions[0].artifact']).toContain('outside of ARTIFACT_ROOTS');
    const inUse = await put(
      { single: { version: 'v2' } },
      { versions: [{ name: 'v2', runtime: 'onnx', artifact: 'v2.onnx' }] },
    );
    expect(inUse.status).toBe(422);
    expect(problemsOf(inUse.body)['spec.versions']).toContain('"v1" is in use');
    expect((await put(single, { partitions: 3 })).status).toBe(422);
    const misnamed = await control.put('other', harness.manifest('strict', single));
    expect(misnamed.status).toBe(400);
    expect(problemsOf(misnamed.body)['metadata.name']).toContain('expected "other"');
    expect((await control.put('strict', 'a: [')).status).toBe(400);
    expect(
      (
        await http(url('/endpoints/strict'), {
          method: 'PUT',
          body: '{',
          headers: { 'content-type': 'application/json' },
        })
      ).status,
    ).toBe(400);
    expect(
      (await http(url('/endpoints/strict?wait=soon'), { method: 'PUT', body: harness.manifest('strict', single) }))
        .status,
    ).toBe(400);
    expect(await control.view('strict')).toMatchObject({ revision: 1, epoch: 1 });
  });

  it('lets a version go that only stood behind, and has no way back to it then', async () => {
    await apply('behind', single);
    await apply('behind', { single: { version: 'v2' } });
    const versions = [{ name: 'v2', runtime: 'onnx', artifact: 'v2.onnx' }];
    expect(await apply('behind', { single: { version: 'v2' } }, { versions })).toMatchObject({
      rollout: { id: 2 },
      plan: { fallback: 'v2' },
    });
    const back = await control.steer('behind', 'rollback');
    expect(back).toMatchObject({ status: 409, body: { error: expect.stringContaining('not listed') as string } });
  });

  it('refuses other bytes under a version’s name', async () => {
    writeFileSync(join(harness.models, 'moving.onnx'), 'first');
    const versions = [{ name: 'm', runtime: 'onnx', artifact: 'moving.onnx' }];
    const strategy = { single: { version: 'm' } };
    await apply('bytes', strategy, { versions });
    writeFileSync(join(harness.models, 'moving.onnx'), 'second');
    const answer = await control.put('bytes', harness.manifest('bytes', strategy, { versions }));
    expect(answer.status).toBe(409);
    expect(problemsOf(answer.body)['spec.versions[0].artifact']).toContain('stands for other bytes already');
  });
});
