import { describe, expect, it } from 'vitest';
import type { EndpointView } from '#contracts';
import { eventually, http } from '#testing';
import { step } from '../testing/harness.js';
import { useDeployer } from '../testing/use-deployer.js';

const canary = {
  canary: { champion: 'v1', candidate: 'v2', steps: [10], interval: '10ms', minSamples: 50, margin: 0.05 },
};
const weights = { v1: 0.9, v2: 0.1 };
const good = step(0, weights, { v1: [800, 900], v2: [99, 100] });
const bad = step(0, weights, { v1: [890, 900], v2: [20, 100] });
const onlyAtNight = { windows: [{ days: ['sun'], from: '03:00', to: '03:01', timeZone: 'Pacific/Apia' }] };

describe('gates', () => {
  const { harness, control, url } = useDeployer();

  const apply = (name: string, strategy: object, rollout: object, query = '') => {
    const body = harness.manifest(name, strategy, { rollout });
    return http<Record<string, unknown>>(url(`/endpoints/${name}${query}`), { method: 'PUT', body });
  };
  const approve = (name: string) =>
    http<Record<string, unknown>>(url(`/endpoints/${name}/approve`), {
      method: 'POST',
      body: { actor: 'ann', reason: 'looks right' },
    });
  const failed = ({ rollout }: EndpointView): boolean => rollout.status === 'failed';

  it('keep a promotion until it is approved, by whom and why', async () => {
    await apply('approved', canary, { approval: 'promotion' });
    expect(await approve('approved')).toMatchObject({ status: 409 });
    await harness.evidence('approved', 1, [good]);
    const waits = await control.awaitView('approved', ({ verdict }) => verdict?.outcome === 'promote', 'a wish');
    expect(waits).toMatchObject({
      lastGood: 'v1',
      rollout: { status: 'running' },
      plan: { epoch: 1, step: 0 },
      verdict: { waitsFor: 'approval of all of the traffic for v2' },
    });
    expect(await approve('approved')).toMatchObject({ status: 200 });
    const done = await control.awaitView('approved', ({ rollout }) => rollout.status === 'succeeded', 'a promotion');
    expect(done).toMatchObject({ plan: { allocation: [{ version: 'v2', weight: 1 }] }, lastGood: 'v2' });
    const events = await control.events('approved');
    expect(events).toContainEqual(expect.objectContaining({ type: 'approved', actor: 'ann', reason: 'looks right' }));
  });

  it('advance in no closed window, and go back at any hour', async () => {
    await apply('night', canary, onlyAtNight);
    await harness.evidence('night', 1, [good]);
    const waits = await control.awaitView('night', ({ verdict }) => verdict?.outcome === 'promote', 'a wish');
    expect(waits).toMatchObject({
      plan: { step: 0 },
    });
    expect(waits.verdict?.waitsFor).toMatch(/^the window that opens at/);
    await harness.evidence('night', 2, [bad]);
    expect(await control.awaitView('night', failed, 'a rollback')).toMatchObject({
      plan: { allocation: [{ version: 'v1', weight: 1 }] },
    });
  });

  it('end a rollout that takes too long with the champion', async () => {
    await apply('long', canary, { maxDuration: '50ms' });
    expect(await control.awaitView('long', failed, 'a rollback')).toMatchObject({
      plan: { allocation: [{ version: 'v1', weight: 1 }] },
      verdict: {
        outcome: 'rollback',
        reason: 'rolled back: not decided within 50ms, the longest that a rollout may take',
      },
    });
    await apply('held', canary, { maxDuration: '50ms', onMaxDuration: 'hold' });
    await control.awaitView(
      'held',
      ({ verdict }) => verdict?.waitsFor === 'an operator who promotes or rolls back',
      'a wait',
    );
    await harness.evidence('held', 1, [good]);
    const held = await control.awaitView('held', ({ verdict }) => verdict?.outcome === 'promote', 'a wish');
    expect(held).toMatchObject({ rollout: { status: 'running' }, plan: { step: 0 } });
    expect(await control.steer('held', 'promote')).toMatchObject({ status: 200 });
  });

  it('try a version that failed again only where asked, or after the cool-down', async () => {
    const cooldown = { cooldown: '1h' };
    await apply('cool', canary, cooldown);
    await control.steer('cool', 'rollback');
    const longer = { canary: { ...canary.canary, interval: '20ms' } };
    const refused = await apply('cool', longer, cooldown);
    expect(refused).toMatchObject({ status: 409, body: { problems: [{ path: 'spec.strategy.canary.candidate' }] } });
    expect(JSON.stringify(refused.body)).toContain('failed in rollout 1');
    // Another one is welcome, and so is the champion.
    expect(await apply('cool', { canary: { ...canary.canary, candidate: 'v3' } }, cooldown)).toMatchObject({
      status: 200,
    });
    expect(await apply('cool', { single: { version: 'v1' } }, cooldown)).toMatchObject({ status: 200 });
    expect(await apply('cool', longer, cooldown, '?retry=true')).toMatchObject({
      status: 200,
      body: { rollout: { id: 4 } },
    });
    await control.steer('cool', 'rollback');
    // The same manifest changes nothing, unless it is to be tried again.
    expect(await apply('cool', longer, cooldown)).toMatchObject({ status: 200, body: { rollout: { id: 4 } } });
    expect(await apply('cool', longer, cooldown, '?retry=true')).toMatchObject({
      body: { rollout: { id: 5, status: 'running' } },
    });
    expect(await apply('cool', longer, {})).toMatchObject({ body: { rollout: { id: 5 } } });
    await eventually(() => harness.plansOf('cool').some(({ rollout }) => rollout === 5));
  });

  it('keep nothing from being tried for a failure of a strategy that is not there any more', async () => {
    const cooldown = { cooldown: '1h' };
    await apply('former', canary, cooldown);
    await control.steer('former', 'rollback');
    await harness.pool().query(`UPDATE deployments SET strategy = 'former' WHERE endpoint = 'former'`);
    expect(await apply('former', { single: { version: 'v1' } }, cooldown)).toMatchObject({ status: 200 });
  });
});
