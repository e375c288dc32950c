import { describe, expect, it } from 'vitest';
import type { TrafficPlan } from '#contracts';
import { digit, digitsManifest, eventually, v2Question } from '#testing';
import { useStack } from './use-stack.js';

const kinds = ['image', 'text'] as const;
/** Which version is good for which kind of request. */
const goodFor = { image: 'v1', text: 'v2' } as const;

describe('contextual bandit: each kind of request goes to the version that is good for it', () => {
  const stack = useStack();
  const name = 'by-kind';

  it('learns it from rewards, and logs features and the odds of each draw', async () => {
    const { control, serving, log } = stack();
    const policy = { name: 'squarecb', gamma: 200, features: [{ pointer: '/parameters/kind', oneOf: kinds }] };
    await control.apply(
      digitsManifest(
        name,
        { bandit: { arms: ['v1', 'v2'], policy, floor: 0.05, cadence: '1s', burnIn: 30 } },
        { truth: { metric: 'reward', window: '10m', options: { kind: 'binary' } } },
      ),
    );
    await control.awaitPlan(name, () => true, 'a plan');
    let sent = 0;
    const ask = async (): Promise<void> => {
      const id = `request-${sent}`;
      const kind = kinds[sent++ % 2]!;
      const body = { ...v2Question(digit(sent)), parameters: { kind } };
      const answer = await serving.infer<{ model_version: string }>(name, body, { id });
      expect(answer.status).toBe(200);
      await serving.truth(name, { id, reward: answer.body.model_version === goodFor[kind] ? 1 : 0 });
    };
    await eventually(() => serving.infer(name, v2Question(digit(0))).then(({ status }) => status === 200));

    const learnt = ({ contextual }: TrafficPlan): boolean => {
      const predicted = (version: string, kind: number): number => {
        const [intercept = 0, ...rest] =
          contextual?.models.find((model) => model.version === version)?.coefficients ?? [];
        return intercept + (rest[kind] ?? 0);
      };
      return predicted('v1', 0) - predicted('v2', 0) > 0.5 && predicted('v2', 1) - predicted('v1', 1) > 0.5;
    };
    let plan = (await control.view(name)).plan;
    while (!learnt(plan) && sent < 4_000) {
      await Promise.all(Array.from({ length: 20 }, ask));
      plan = (await control.view(name)).plan;
    }
    expect(learnt(plan)).toBe(true);
    expect(plan.step).toBe(0);
    const from = sent;
    // The router has the plan within a heartbeat; requests before that are still drawn by the one before.
    await eventually(async () => {
      await Promise.all(Array.from({ length: 20 }, ask));
      const rows = await log.rows(name);
      return rows.some(({ epoch }) => Number(epoch) >= plan.epoch);
    });
    await Promise.all(Array.from({ length: 200 }, ask));

    const ids = Array.from({ length: sent }, (_, i) => `request-${i}`);
    expect(await log.awaitAccount(name, new Set(ids))).toMatchObject({ missing: [], repeated: [] });
    const rows = (await log.rows(name)).filter(
      ({ role, request_id: id }) => role === 'primary' && id.startsWith('request-'),
    );
    const late = rows.filter(({ epoch }) => Number(epoch) >= plan.epoch);
    expect(late.length).toBeGreaterThan(100);
    expect(sent).toBeGreaterThan(from);
    const right = late.filter((row) => row.version === goodFor[kinds[Number(row.request_id.split('-')[1]) % 2]!]);
    expect(right.length / late.length).toBeGreaterThan(0.8);
    for (const row of rows) {
      expect(row.features).toEqual(Number(row.request_id.split('-')[1]) % 2 === 0 ? [1, 0] : [0, 1]);
      expect(row.propensity).toBeGreaterThanOrEqual(0.05 - 1e-9);
    }
    for (const row of right) expect(row.propensity).toBeGreaterThan(0.5);
  });
});
