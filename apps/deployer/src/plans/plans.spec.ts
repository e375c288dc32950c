import { describe, expect, it } from 'vitest';
import { eventually, http } from '#testing';
import { useDeployer } from '../testing/use-deployer.js';

const single = { single: { version: 'v1' } };
const canary = {
  canary: { champion: 'v1', candidate: 'v2', steps: [10, 50], interval: '100ms', minSamples: 50, margin: 0.05 },
};

describe('the deployer', () => {
  const { harness, control, url, apply } = useDeployer();
  /** A canary of v2 while a worker has v1 alone: its plan is decided, and the answer to who applied it still to come. */
  const decideBeforeLoaded = async (name: string) => {
    await apply(name, single);
    await harness.lastPlan(name, () => true);
    await harness.stage.worker(name, 'v1');
    await control.awaitView(name, ({ versions }) => versions[0]?.workers === 1, 'a worker with v1');
    const applied = control.put(name, harness.manifest(name, canary));
    const waits = await control.awaitView(name, ({ epoch }) => epoch === 2, 'the plan decided');
    return { applied, waits };
  };

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
    expect((await http(url('/endpoints/gone'))).status).toBe(404);
    expect((await control.remove('gone')).status).toBe(404);
    expect((await control.list()).map(({ name }) => name)).not.toContain('gone');
    expect((await control.events('gone'))[0]).toMatchObject({ type: 'deleted' });
    expect(await apply('gone', single)).toMatchObject({ revision: 2, epoch: 3, rollout: { id: 2 } });
  });

  it('leaves the plan in force until a worker has loaded what the next one gives traffic to', async () => {
    const name = 'loads';
    const { applied, waits } = await decideBeforeLoaded(name);
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
    const { applied } = await decideBeforeLoaded(name);
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
