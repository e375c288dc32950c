import { describe, expect, it } from 'vitest';
import type { EndpointView } from '#contracts';
import { http } from '#testing';
import { step } from '../testing/harness.js';
import { useDeployer } from '../testing/use-deployer.js';

const single = { single: { version: 'v1' } };
const canary = {
  canary: { champion: 'v1', candidate: 'v2', steps: [10, 50], interval: '100ms', minSamples: 50, margin: 0.05 },
};
const clear = { v1: [800, 900], v2: [99, 100] } as Record<string, [number, number]>;

describe('the deployer', () => {
  const { harness, control, url, apply } = useDeployer();

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

  it('tells the history of an endpoint: its rollouts, who ended them, and its plans', async () => {
    await apply('told', single);
    await apply('told', canary);
    const get = async (path: string) => (await http<unknown[]>(url(`/endpoints${path}`))).body;
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
    expect((await http(url('/endpoints/nobody/rollouts'))).status).toBe(404);
    expect((await http(url('/endpoints/told/plans?rollout=9'))).status).toBe(404);
  });
});
