import { describe, expect, it } from 'vitest';
import type { EndpointView } from '#contracts';
import { http, weightOf } from '#testing';
import { step } from './testing/harness.js';
import { useDeployer } from './testing/use-deployer.js';

const canary = {
  canary: { champion: 'v1', candidate: 'v2', steps: [10, 50], interval: '50ms', minSamples: 50, margin: 0.05 },
};
const bandit = { bandit: { arms: ['v1', 'v2'], cadence: '1h' } };
const who = { actor: 'ada', reason: 'to see' };

describe('an operator', () => {
  const { harness, control, url } = useDeployer();

  const apply = async (name: string, strategy: object): Promise<void> => {
    expect((await control.put(name, harness.manifest(name, strategy))).status).toBe(201);
  };
  const newest = async (name: string) => (await control.events(name))[0];

  it('steers whatever the evidence says, and who, when and why is written down', async () => {
    await apply('steered', canary);
    const paused = await control.steer('steered', 'pause', { reason: 'lunch', actor: 'ada' });
    expect(paused.body).toMatchObject({ rollout: { status: 'paused' } });
    await harness.evidence('steered', 1, [step(0, { v1: 0.9, v2: 0.1 }, { v1: [800, 900], v2: [99, 100] })]);
    await control.awaitVerdict('steered', ({ outcome }) => outcome === 'advance', 'a verdict while paused');
    expect(await control.view('steered')).toMatchObject({ epoch: 1, plan: { step: 0 } });
    await control.steer('steered', 'resume');
    await harness.lastPlan('steered', ({ step: number }) => number === 1);

    expect((await control.steer('steered', 'rollback', { reason: 'complaints' })).body).toMatchObject({
      rollout: { status: 'failed' },
      plan: { allocation: [{ version: 'v1', weight: 1 }] },
    });
    const promoted = await http<EndpointView>(url('/endpoints/steered/promote'), {
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
    expect((await http(url('/endpoints/steered/dance'), { method: 'POST' })).status).toBe(404);
  });

  it('sets a candidate’s share, from which its strategy goes on', async () => {
    await apply('share', canary);
    const answer = await control.steer('share', 'set-weight', { version: 'v2', weight: 0.3, ...who });
    expect(answer).toMatchObject({
      status: 200,
      body: { epoch: 2, plan: { step: 1 }, rollout: { status: 'running' } },
    });
    expect(weightOf(await harness.lastPlan('share', ({ epoch }) => epoch === 2), 'v2')).toBe(0.3);
    expect(await newest('share')).toMatchObject({ ...who, type: 'weight-set', detail: { version: 'v2', weight: 0.3 } });
    await harness.evidence('share', 1, [step(1, { v1: 0.7, v2: 0.3 }, { v1: [630, 700], v2: [297, 300] })]);
    const next = await harness.lastPlan('share', ({ epoch }) => epoch === 3);
    expect([next.step, weightOf(next, 'v2')]).toEqual([2, 0.5]);

    expect((await control.steer('share', 'set-weight', { version: 'v3', weight: 0.3 })).status).toBe(409);
    expect((await control.steer('share', 'set-weight', { version: 'v2', weight: 1 })).status).toBe(400);
    await apply('alone', { single: { version: 'v1' } });
    expect(await control.steer('alone', 'set-weight', { version: 'v1', weight: 0.5 })).toMatchObject({ status: 409 });
  });

  it('sets a share while the rollout is paused, and it stays paused', async () => {
    await apply('still', canary);
    await control.steer('still', 'pause');
    await harness.evidence('still', 1, [step(0, { v1: 0.9, v2: 0.1 }, { v1: [800, 900], v2: [10, 100] })]);
    const answer = await control.steer('still', 'set-weight', { version: 'v2', weight: 0.5 });
    expect(answer.body).toMatchObject({
      rollout: { status: 'paused' },
      plan: { allocation: [{ version: 'v2', weight: 0.5 }, {}] },
    });
    // What spoke against it holds as soon as the strategy may move again.
    await control.steer('still', 'resume');
    await control.awaitView('still', ({ rollout }) => rollout.status === 'failed', 'the candidate rolled back');
  });

  it('adds an arm to a bandit and retires one, within the rollout', async () => {
    await apply('arms', bandit);
    const added = await control.steer('arms', 'add-arm', { version: 'v3', ...who });
    expect(added).toMatchObject({ status: 200, body: { revision: 2, epoch: 2, rollout: { id: 1 } } });
    const third = 1 / 3;
    expect(weightOf((await control.view('arms')).plan, 'v3')).toBeCloseTo(third, 3);
    expect((await control.events('arms')).map(({ type }) => type)).toContain('arm-added');
    expect((await control.steer('arms', 'add-arm', { version: 'v3' })).body).toMatchObject({ revision: 2 });
    const retired = await control.steer('arms', 'retire-arm', { version: 'v2', ...who });
    expect(retired.body).toMatchObject({ revision: 3, rollout: { id: 1 } });
    expect((await control.view('arms')).plan.allocation.map(({ version }) => version).sort()).toEqual(['v1', 'v3']);
    expect((await control.events('arms')).find(({ type }) => type === 'arm-retired')).toMatchObject({
      ...who,
      detail: { version: 'v2' },
    });

    expect((await control.steer('arms', 'add-arm', { version: 'v9' })).status).toBe(409);
    expect((await control.steer('arms', 'retire-arm', { version: 'v2' })).status).toBe(409);
    expect((await control.steer('arms', 'retire-arm', { version: 'v3' })).status).toBe(409);
    expect((await control.steer('share', 'add-arm', { version: 'v3' })).status).toBe(409);
  });

  it('pins requests to a version through steps, rollouts and rollbacks, until it takes the pin out', async () => {
    await apply('pins', canary);
    const ann = { when: { routingKey: 'ann' }, version: 'v2' };
    const gold = { when: { header: 'x-tier', equals: 'gold' }, version: 'v3' };
    expect((await control.steer('pins', 'pin', { ...ann, version: 'v1' })).status).toBe(200);
    await control.steer('pins', 'pin', { ...ann, ...who });
    expect(await newest('pins')).toMatchObject({ ...who, type: 'pinned', detail: ann });
    await control.steer('pins', 'pin', gold);
    expect((await harness.lastPlan('pins', ({ epoch }) => epoch === 4)).rules).toEqual([ann, gold]);

    await harness.evidence('pins', 1, [step(0, { v1: 0.9, v2: 0.1 }, { v1: [800, 900], v2: [99, 100] })]);
    expect(await harness.lastPlan('pins', ({ step: number }) => number === 1)).toMatchObject({ rules: [ann, gold] });
    await control.steer('pins', 'rollback');
    await control.put('pins', harness.manifest('pins', { single: { version: 'v1' } }));
    expect((await control.view('pins')).plan).toMatchObject({ rollout: 2, rules: [ann, gold] });
    const without = harness.manifest('pins', { single: { version: 'v1' } });
    const versions = (without['spec'] as { versions: object[] }).versions.slice(0, 2);
    const refused = await control.put('pins', {
      ...without,
      spec: { versions, strategy: { single: { version: 'v1' } } },
    });
    expect(refused).toMatchObject({ status: 422, body: { error: expect.stringContaining('conflicts') as string } });

    await control.steer('pins', 'unpin', { when: gold.when });
    await control.steer('pins', 'unpin', { when: ann.when });
    expect((await control.view('pins')).plan.rules).toBeUndefined();
    expect((await control.steer('pins', 'unpin', { when: ann.when })).status).toBe(409);
    expect((await control.steer('pins', 'pin', { ...ann, version: 'v9' })).status).toBe(409);
    const ours = { when: { header: 'understudy-attempt', equals: 'x' }, version: 'v1' };
    expect((await control.steer('pins', 'pin', ours)).status).toBe(400);
  });
});
