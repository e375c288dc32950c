import { describe, expect, it } from 'vitest';
import { digit, digitsManifest, eventually, soleVersion, v2Question } from '#testing';
import { useStack } from './use-stack.js';

describe('silent: candidates answer in the wings and are compared on the same requests', () => {
  const stack = useStack();
  const name = 'silent';

  it('promotes nobody by itself, and says who is better and who is worse', async () => {
    const { control, log, pool } = stack();
    const strategy = {
      silent: { champion: 'v1', shadows: [{ version: 'v2' }, { version: 'v3', fraction: 0.5 }], minSamples: 50 },
    };
    await control.apply(digitsManifest(name, strategy));
    const requests = stack().traffic({ endpoint: name, perSecond: 120, truth: { delayMs: 500 } });

    const verdict = await control.awaitVerdict(name, ({ outcome }) => outcome === 'promote', 'v2 found better');
    expect(verdict.version).toBe('v2');
    expect(verdict.reason).not.toBe('');
    await requests.stop();

    const view = await control.view(name);
    expect(soleVersion(view.plan)).toBe('v1');
    expect([...requests.answeredBy.keys()]).toEqual(['v1']);
    expect(Object.fromEntries(requests.refused)).toEqual({});

    const account = await log.awaitAccount(name, requests.accepted);
    expect(account).toMatchObject({ missing: [], repeated: [] });
    const counted = await eventually(
      async () => {
        const { rows } = await pool.query<{ slot: string; n: number }>(
          'SELECT slot, count(*)::int AS n FROM predictions WHERE endpoint = $1 GROUP BY slot',
          [name],
        );
        const bySlot = Object.fromEntries(rows.map(({ slot, n }) => [slot, n]));
        return bySlot['shadow:v2'] === requests.accepted.size ? bySlot : undefined;
      },
      { what: 'a shadow row of v2 for each request' },
    );
    // Half of them, drawn by the request's id.
    expect(counted['shadow:v3']! / counted['primary']!).toBeGreaterThan(0.35);
    expect(counted['shadow:v3']! / counted['primary']!).toBeLessThan(0.65);
    // One truth scores the version that answered and every shadow that saw the request.
    await eventually(
      async () => (await log.outcomes(name)).length === Object.values(counted).reduce((a, b) => a + b, 0),
      {
        what: 'every row scored',
      },
    );
    const worse = view.pairs.find(({ shadow }) => shadow === 'v3');
    expect(worse!.worse).toBeGreaterThan(worse!.better);
  });

  it('gives the traffic to the shadow that an operator promotes', async () => {
    const { control, serving } = stack();
    expect((await control.steer(name, 'promote', { version: 'v2' })).status).toBe(200);
    await control.awaitView(name, (view) => soleVersion(view.plan) === 'v2' && view.ready, 'v2 alone');
    expect((await serving.infer(name, v2Question(digit(0)))).body).toMatchObject({ model_version: 'v2' });
  });
});
