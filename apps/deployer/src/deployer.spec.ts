import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndpointView } from '#contracts';
import type { RunningService } from '#platform';
import { eventually, http, type ControlClient } from '#testing';
import { Harness, step } from './testing/harness.js';

const single = { single: { version: 'v1' } };
const canary = {
  canary: { champion: 'v1', candidate: 'v2', steps: [10, 50], interval: '100ms', minSamples: 50, margin: 0.05 },
};
const clear = { v1: [800, 900], v2: [99, 100] } as Record<string, [number, number]>;
const problemsOf = (body: unknown): Record<string, string> =>
  Object.fromEntries(
    (body as { problems: { path: string; message: string }[] }).problems.map(({ path, message }) => [path, message]),
  );

describe('the deployer', () => {
  let harness: Harness;
  let service: RunningService;
  let control: ControlClient;

  beforeAll(async () => {
    harness = await Harness.open();
    service = await harness.start();
    control = harness.client(service);
  });
  afterAll(() => harness.close());

  const apply = async (name: string, strategy: object, changes: object = {}): Promise<EndpointView> => {
    const answer = await control.put(name, harness.manifest(name, strategy, changes));
    expect(answer.body).toMatchObject({ name });
    return answer.body as unknown as EndpointView;
  };
  const url = (path: string) => `http://127.0.0.1:${service.port}/api/v1/endpoints${path}`;

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

  it('tells the history of an endpoint: its rollouts, who ended them, and its plans', async () => {
    await apply('told', single);
    await apply('told', canary);
    const get = async (path: string) => (await http<unknown[]>(url(path))).body;
    await control.steer('told', 'promote', { actor: 'ann', reason: 'good enough' });
    expect(await get('/told/rollouts')).toMatchObject([
      { id: 2, strategy: 'canary', versions: ['v1', 'v2'], status: 'succeeded', plans: 2, startedBy: 'api',
        verdict: { outcome: 'promote', version: 'v2' }, endedBy: { actor: 'ann', reason: 'good enough' } },
      { id: 1, strategy: 'single', versions: ['v1'] },
    ]); // prettier-ignore
    expect(await get('/told/plans?rollout=2')).toMatchObject([
      { epoch: 3, rollout: 2, allocation: [{ version: 'v2', weight: 1 }], reason: 'promote by ann: good enough' },
      { epoch: 2, rollout: 2, step: 0 },
    ]);
    expect(await get('/told/plans?limit=1')).toHaveLength(1);
    expect((await http(url('/nobody/rollouts'))).status).toBe(404);
    expect((await http(url('/told/plans?rollout=9'))).status).toBe(404);
  });

  it('says how long a verdict may have to wait', async () => {
    await apply('patient', { canary: { ...canary.canary, interval: '1h' } });
    expect((await control.view('patient')).wait).toMatchObject({ ms: null });
    const begun = { ...step(0, { v1: 0.9, v2: 0.1 }, { v1: [180, 200], v2: [18, 20] }), from: Date.now() - 60_000 };
    await harness.evidence('patient', 1, [begun]);
    // 30 more at 20 a minute, or a little less by now.
    const isEstimated = ({ wait }: EndpointView): boolean =>
      wait?.checks.some(({ name, version, ms }) => name === 'min-samples' && version === 'v2' && ms! > 80_000 && ms! < 140_000) ?? false; // prettier-ignore
    await control.awaitView('patient', isEstimated, 'an estimate');
    await control.steer('patient', 'pause');
    expect((await control.view('patient')).wait).toBeNull();
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
    const seen = async (): Promise<EndpointView> => (await http<EndpointView>(url('/arms'))).body;
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
      (await http(url('/strict'), { method: 'PUT', body: '{', headers: { 'content-type': 'application/json' } }))
        .status,
    ).toBe(400);
    expect(
      (await http(url('/strict?wait=soon'), { method: 'PUT', body: harness.manifest('strict', single) })).status,
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

  it('is ready once every router has the plan and every version a worker; says what it waits for', async () => {
    const view = await apply('waiting', single);
    expect(view.ready).toBe(false);
    expect(view.waitsFor).toEqual(['a living router', 'a living worker with v1']);
    await harness.stage.worker('waiting', 'v1');
    const put = control.put('waiting', harness.manifest('waiting', single), '20s');
    await harness.stage.router({ waiting: 1 });
    expect((await put).body).toMatchObject({ ready: true, waitsFor: [] });
    expect(await apply('waiting', { single: { version: 'v2' } })).toMatchObject({ ready: false });
  });

  it('moves the traffic as the evidence says, and stays with the winner when the manifest comes again', async () => {
    await apply('moving', canary);
    await harness.evidence('moving', 1, [step(0, { v1: 0.9, v2: 0.1 }, clear)]);
    await harness.lastPlan('moving', ({ allocation }) => allocation[0]?.weight === 0.5);
    await harness.evidence('moving', 2, [
      step(0, { v1: 0.9, v2: 0.1 }, clear),
      step(1, { v1: 0.5, v2: 0.5 }, { v1: [440, 500], v2: [490, 500] }),
    ]);
    const last = await harness.lastPlan('moving', ({ allocation }) => allocation.length === 1);
    expect(last).toMatchObject({ epoch: 3, step: 2, allocation: [{ version: 'v2', weight: 1 }], fallback: 'v1' });
    const view = await control.view('moving');
    expect(view).toMatchObject({
      rollout: { status: 'succeeded' },
      verdict: { outcome: 'promote', version: 'v2' },
      evidenceSeq: 2,
    });
    expect(view.versions.find(({ version }) => version === 'v2')?.evidence).toMatchObject({
      requests: 600,
      scored: 600,
      sum: 589,
    });
    expect(await apply('moving', canary)).toMatchObject({
      revision: 1,
      epoch: 3,
      plan: { allocation: [{ version: 'v2', weight: 1 }] },
    });
    const types = (await control.events('moving')).map(({ type }) => type).filter((type) => type !== 'verdict');
    expect(types).toEqual(['succeeded', 'plan', 'plan', 'rollout', 'created']);
  });

  it('undoes an update that is watched where it is worse than what was known of the version before it', async () => {
    await apply('watched', single);
    await harness.evidence('watched', 1, [step(0, { v1: 1 }, { v1: [900, 1_000] })]);
    await control.awaitView('watched', ({ versions }) => versions[0]?.evidence?.requests === 1_000, 'its evidence');
    const update = { single: { version: 'v2', watch: '1h', guardrails: { reward: { margin: 0.05 } } } };
    expect(await apply('watched', update)).toMatchObject({
      rollout: { id: 2, status: 'running' },
      plan: { fallback: 'v1' },
    });
    await harness.evidence('watched', 2, [step(0, { v2: 1 }, { v2: [600, 1_000] })], { rollout: 2 });
    const last = await harness.lastPlan('watched', ({ rollout, step: n }) => rollout === 2 && n === 1);
    expect(last).toMatchObject({ rollout: 2, step: 1, allocation: [{ version: 'v1', weight: 1 }] });
    const view = await control.view('watched');
    expect(view).toMatchObject({ rollout: { status: 'failed' }, verdict: { outcome: 'rollback', version: 'v1' } });
    expect(view.verdict?.reason).toContain('rolled back from v2 to v1 by a guardrail');
  });

  it('ignores evidence of other rollouts, older evidence, and what cannot be read', async () => {
    await apply('careful', canary);
    const wins = [step(0, { v1: 0.9, v2: 0.1 }, clear)];
    const loses = [step(0, { v1: 0.9, v2: 0.1 }, { v1: [800, 900], v2: [1, 100] })];
    await harness.evidence('careful', 9, wins, { rollout: 7, lagSeconds: 0 });
    await harness.stage.upstream.produce(harness.stage.topic('evidence'), [{ key: 'careful', value: '{"poison"' }]);
    await apply('careful2', canary);
    await harness.evidence('careful2', 5, [step(0, { v1: 0.9, v2: 0.1 }, { v1: [8, 9], v2: [1, 1] })]);
    await harness.evidence('careful2', 4, loses);
    await control.awaitView('careful2', ({ evidenceSeq }) => evidenceSeq === 5, 'the newest evidence');
    expect(await control.view('careful')).toMatchObject({ epoch: 1, verdict: { outcome: 'hold' } });
    expect(await control.view('careful2')).toMatchObject({ epoch: 1, verdict: { outcome: 'hold' } });
  });

  it('does not advance while the log lags behind', async () => {
    await apply('lagging', canary, { maxLag: '10s' });
    await harness.evidence('lagging', 1, [step(0, { v1: 0.9, v2: 0.1 }, clear)], { lagSeconds: 60 });
    const view = await control.awaitView(
      'lagging',
      ({ verdict }) => verdict?.waitsFor?.includes('behind') === true,
      'a verdict that waits for the log',
    );
    expect(view.epoch).toBe(1);
    await harness.evidence('lagging', 2, [step(0, { v1: 0.9, v2: 0.1 }, clear)]);
    await harness.lastPlan('lagging', ({ step: number }) => number === 1);
  });

  it('is steered by operators, whatever the evidence says, and writes down who, when and why', async () => {
    await apply('steered', canary);
    const paused = await control.steer('steered', 'pause', { reason: 'lunch', actor: 'ada' });
    expect(paused.body).toMatchObject({ rollout: { status: 'paused' } });
    await harness.evidence('steered', 1, [step(0, { v1: 0.9, v2: 0.1 }, clear)]);
    await control.awaitVerdict('steered', ({ outcome }) => outcome === 'advance', 'a verdict while paused');
    expect(await control.view('steered')).toMatchObject({ epoch: 1, plan: { step: 0 } });
    await control.steer('steered', 'resume');
    await harness.lastPlan('steered', ({ step: number }) => number === 1);

    expect((await control.steer('steered', 'rollback', { reason: 'complaints' })).body).toMatchObject({
      rollout: { status: 'failed' },
      plan: { allocation: [{ version: 'v1', weight: 1 }] },
    });
    const promoted = await http<EndpointView>(url('/steered/promote'), {
      method: 'POST',
      headers: { 'x-actor': 'grace' },
    });
    expect(promoted.body).toMatchObject({
      rollout: { status: 'succeeded' },
      plan: { allocation: [{ version: 'v2', weight: 1 }] },
    });
    expect((await control.events('steered')).slice(0, 2)).toMatchObject([
      { type: 'promoted', actor: 'grace', reason: null },
      { type: 'rolled-back', actor: 'api', reason: 'complaints' },
    ]);
    expect(harness.plansOf('steered').map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect((await control.steer('steered', 'pause')).status).toBe(409);
    expect((await control.steer('steered', 'promote', { version: 'v9' })).status).toBe(409);
    expect((await control.steer('steered', 'promote', { verzion: 'v2' })).status).toBe(400);
    expect((await control.steer('nobody', 'promote')).status).toBe(404);
    expect((await http(url('/steered/dance'), { method: 'POST' })).status).toBe(404);
  });

  it('deletes: a plan that says so, versions that leave once their work is done, a history that stays; and makes it anew', async () => {
    await apply('gone', single);
    expect((await control.remove('gone')).body).toEqual({ name: 'gone', deleted: true, epoch: 2 });
    expect(await harness.lastPlan('gone', ({ epoch }) => epoch === 2)).toMatchObject({ deleted: true });
    await harness.stage.router({ waiting: 2, gone: 2 });
    await eventually(
      () =>
        ['v1', 'v2', 'v3'].every((version) =>
          harness.versions.some(({ key, value }) => key === `gone/${version}` && value === ''),
        ),
      {
        what: 'tombstones of the versions',
      },
    );
    expect((await http(url('/gone'))).status).toBe(404);
    expect((await control.remove('gone')).status).toBe(404);
    expect((await control.list()).map(({ name }) => name)).not.toContain('gone');
    expect((await control.events('gone'))[0]).toMatchObject({ type: 'deleted' });
    expect(await apply('gone', single)).toMatchObject({ revision: 2, epoch: 3, rollout: { id: 2 } });
  });

  it.each([
    ['reward', {}, /reward of what was answered then/],
    ['module', { options: { module: 'v1.onnx' } }, /feedback service alone.*as a shadow/],
  ])('refuses a backtest by the metric %s before anything starts, and says why', async (metric, more, why) => {
    await apply(`past-${metric}`, single, { truth: { metric, ...more } });
    const answer = await http<{ error: string }>(url(`/past-${metric}/backtests`), { method: 'POST', body: { version: 'v2' } }); // prettier-ignore
    expect(answer).toMatchObject({ status: 422, body: { error: expect.stringMatching(why) as string } });
    expect((await http(url(`/past-${metric}/backtests`))).body).toEqual([]);
  });

  it('leaves the plan in force until a worker has loaded what the next one gives traffic to', async () => {
    const name = 'loads';
    await apply(name, single);
    await harness.lastPlan(name, () => true);
    await harness.stage.worker(name, 'v1');
    await control.awaitView(name, ({ versions }) => versions[0]?.workers === 1, 'a worker with v1');
    const applied = control.put(name, harness.manifest(name, canary));
    const waits = await control.awaitView(name, ({ epoch }) => epoch === 2, 'the plan decided');
    expect(waits.waitsFor).toEqual(
      expect.arrayContaining(['plan 2 to be published to Kafka', 'a living worker with v2']),
    );
    expect(waits.verdict?.waitsFor).toMatch(/^a worker that has loaded v2/);
    expect(waits.verdict?.checks[0]).toMatchObject({ name: 'loaded', version: 'v2', outcome: 'wait' });
    await apply('passes', single);
    await harness.lastPlan('passes', () => true);
    expect(harness.plansOf(name).map(({ epoch }) => epoch)).toEqual([1]);
    await harness.stage.worker(name, 'v1', 'v2');
    expect(await harness.lastPlan(name, ({ epoch }) => epoch === 2)).toMatchObject({ rollout: 2 });
    expect((await applied).status).toBeLessThan(300);
    await harness.stage.leave(name);
  });

  it('publishes a way back alone, where the plans before it still wait', async () => {
    const name = 'back-at-once';
    await apply(name, single);
    await harness.lastPlan(name, () => true);
    await harness.stage.worker(name, 'v1');
    await control.awaitView(name, ({ versions }) => versions[0]?.workers === 1, 'a worker with v1');
    const applied = control.put(name, harness.manifest(name, canary));
    await control.awaitView(name, ({ epoch }) => epoch === 2, 'the plan decided');
    expect(await control.steer(name, 'rollback')).toMatchObject({ status: 200, body: { epoch: 3 } });
    await applied;
    expect(harness.plansOf(name).map(({ epoch }) => epoch)).toEqual([1, 3]);
    await harness.stage.leave(name);
  });

  it('puts a valid plan in the place of a record that is not ours', async () => {
    const { plan } = await apply('guarded', single);
    await harness.lastPlan('guarded', () => true);
    await harness.stage.upstream.produce(harness.stage.topic('plans'), [
      { key: 'guarded', value: { ...plan, salt: 'not ours' } },
    ]);
    const renewed = await harness.lastPlan('guarded', ({ epoch }) => epoch === 2);
    expect(renewed).toMatchObject({ salt: plan.salt, allocation: plan.allocation });
    await harness.stage.upstream.produce(harness.stage.topic('plans'), [
      { key: 'guarded', value: { ...plan, epoch: 40, salt: 'not ours' } },
    ]);
    expect(await harness.lastPlan('guarded', ({ epoch }) => epoch > 40)).toMatchObject({ epoch: 41, salt: plan.salt });
    await harness.stage.upstream.produce(harness.stage.topic('plans'), [{ key: 'guarded', value: 'poison' }]);
    expect(await apply('guarded', { single: { version: 'v2' } })).toMatchObject({ epoch: 42 });
  });
});
