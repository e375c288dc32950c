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
    // One truth scores the version that answered and every shadow that saw the request.
    const bySlot = async () => {
      const { rows } = await pool.query<{ slot: string; rows: number; scored: number }>(
        `SELECT slot, count(*)::int AS rows, count(reward)::int AS scored
         FROM predictions LEFT JOIN outcomes USING (endpoint, request_id, slot, requested_at)
         WHERE endpoint = $1 GROUP BY slot ORDER BY slot`,
        [name],
      );
      return rows;
    };
    const [primary, shadow2, shadow3] = await eventually(
      async () => {
        const slots = await bySlot();
        const complete =
          slots[1]?.rows === requests.accepted.size && slots.every(({ rows, scored }) => rows === scored);
        return complete ? slots : undefined;
      },
      { what: 'a row of v2 for each request, and every row scored', timeoutMs: 60_000 },
    );
    expect(primary).toMatchObject({ slot: 'primary', rows: requests.accepted.size });
    expect(shadow2).toMatchObject({ slot: 'shadow:v2' });
    // Half of them, drawn by the request's id.
    expect(shadow3!.slot).toBe('shadow:v3');
    expect(shadow3!.rows / primary!.rows).toBeGreaterThan(0.35);
    expect(shadow3!.rows / primary!.rows).toBeLessThan(0.65);
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
