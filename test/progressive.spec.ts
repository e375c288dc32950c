import { describe, expect, it } from 'vitest';
import { updateManifest, type UpdatedManifest } from '#manifests';
import { digitsManifest, soleVersion, weightOf } from '#testing';
import { useStack } from './use-stack.js';

type Strategy = Readonly<Record<string, object>>;

describe('progressive: every new version goes the same way, stage by stage, while requests go on', () => {
  const stack = useStack();
  const name = 'progressive';
  const manifest = digitsManifest(name, {
    progressive: {
      candidate: 'v1',
      stages: [
        { silent: { minSamples: 40 } },
        { canary: { steps: [20, 50], interval: '1s', minSamples: 40, margin: 0.05 } },
        { single: { watch: '1s' } },
      ],
    },
  });

  /** What `understudy update` does. */
  const update = async (version: string) => {
    const { control } = stack();
    const { manifest: written, lastGood } = await control.view(name);
    const updated = updateManifest(written as UpdatedManifest & { metadata: { name: string } }, lastGood ?? undefined, {
      name: version,
    });
    return control.apply(updated);
  };
  const traffic = (endpoint: string) =>
    stack().traffic({ endpoint, perSecond: 120, keys: 600, truth: { delayMs: 300 } });

  it('takes a good version to all of the traffic and stops a bad one in the wings, without one failed request', async () => {
    const { control, log } = stack();
    const first = await control.apply(manifest);
    expect(first).toMatchObject({ rollout: { status: 'succeeded' }, lastGood: 'v1', verdict: { outcome: 'steady' } });
    const requests = traffic(name);

    expect(await update('v2')).toMatchObject({ rollout: { id: 2, state: { champion: 'v1', stage: 0 } } });
    const good = await control.awaitView(name, ({ rollout }) => rollout.status === 'succeeded', 'v2 promoted');
    expect(good).toMatchObject({ lastGood: 'v2', verdict: { outcome: 'promote', version: 'v2' } });
    expect(soleVersion(good.plan)).toBe('v2');

    expect(await update('v3')).toMatchObject({ rollout: { id: 3, state: { champion: 'v2', stage: 0 } } });
    const bad = await control.awaitView(name, ({ rollout }) => rollout.status === 'failed', 'v3 refused');
    expect(soleVersion(bad.plan)).toBe('v2');
    expect(bad).toMatchObject({ lastGood: 'v2', verdict: { outcome: 'rollback', version: 'v3' } });
    expect(bad.verdict?.reason).toMatch(/^stage 1 of 3 \(silent\): /);

    await requests.more(50);
    await requests.stop();
    expect(Object.fromEntries(requests.refused)).toEqual({});
    expect(await log.awaitAccount(name, requests.accepted)).toMatchObject({ missing: [], repeated: [] });
    expect([...requests.answeredBy.keys()].sort()).toEqual(['v1', 'v2']);

    const plans = (await control.events(name)).filter(({ type }) => type === 'plan').reverse();
    const told = plans.map(({ rollout, detail }) => {
      const { step, allocation, shadows } = detail as Parameters<typeof weightOf>[0];
      const shares = allocation.map(({ version, weight }) => `${version} ${weight}`).join(', ');
      return `${rollout}/${step}: ${shares}${shadows.length > 0 ? ` and ${shadows.length} shadow` : ''}`;
    });
    expect(told).toEqual(['2/1: v2 0.2, v1 0.8', '2/2: v2 0.5, v1 0.5', '2/3: v2 1', '3/1: v2 1']);
  });

  it('serves on through a change from any strategy to any other', async () => {
    const { control, log } = stack();
    const endpoint = 'changes';
    const strategies: Strategy[] = [
      { single: { version: 'v1' } },
      { silent: { champion: 'v1', shadows: [{ version: 'v2' }] } },
      { canary: { champion: 'v1', candidate: 'v2' } },
      { bandit: { arms: ['v1', 'v2'] } },
      { progressive: { champion: 'v1', candidate: 'v2', stages: [{ canary: {} }] } },
    ];
    await control.apply(digitsManifest(endpoint, strategies[0]!));
    const requests = traffic(endpoint);
    await requests.more(20);
    const walk = everyChange(strategies.length);
    expect(new Set(walk.map((to, i) => `${i === 0 ? 0 : walk[i - 1]}>${to}`)).size).toBe(20);
    for (const [i, to] of walk.entries()) {
      const view = await control.apply(digitsManifest(endpoint, strategies[to]!));
      expect(view.rollout.id).toBe(i + 2);
      await requests.more(10);
    }
    await requests.stop();
    expect(Object.fromEntries(requests.refused)).toEqual({});
    expect(await log.awaitAccount(endpoint, requests.accepted)).toMatchObject({ missing: [], repeated: [] });
  });
});

/** A walk from 0 that goes from each of n to each other exactly once: there is one, since as many ways lead to each as away from it. */
function everyChange(n: number): number[] {
  const left = Array.from({ length: n }, (_, from) =>
    Array.from({ length: n }, (__, to) => to).filter((to) => to !== from),
  );
  const open = [0];
  const walk: number[] = [];
  while (open.length > 0) {
    const next = left[open.at(-1)!]!.pop();
    if (next === undefined) walk.push(open.pop()!);
    else open.push(next);
  }
  return walk.reverse().slice(1);
}
