import { describe, expect, it } from 'vitest';
import { policies, policyNamed, simulate, type Policy } from './index.js';

const small = { arms: 3, means: [0.8, 0.4, 0.3], horizon: 300, repetitions: 20, seed: 5 };

describe('simulate', () => {
  it('repeats itself exactly with the same seed', () => {
    const run = (seed: number) => simulate({ policy: 'thompson', ...small, seed });
    expect(run(5)).toEqual(run(5));
    expect(run(6).regret).not.toBe(run(5).regret);
  });

  it('costs the uniform policy what it must', () => {
    const { regret, standardError } = simulate({ policy: 'uniform', ...small, repetitions: 200 });
    expect(Math.abs(regret - 300 * (0.8 - 0.5))).toBeLessThan(4 * standardError);
  });

  it.each(policies.filter(({ name }) => name !== 'uniform'))('$name beats uniform', (policy) => {
    const options = policy.memory ? { [policy.name === 'discounted-thompson' ? 'halfLife' : 'window']: 500 } : {};
    const own = simulate({ policy, options, ...small, batch: 10 });
    const even = simulate({ policy: 'uniform', ...small, batch: 10 });
    expect(own.regret + 3 * own.standardError).toBeLessThan(even.regret);
  });

  it('loses more where truth comes in batches', () => {
    const run = (batch: number) =>
      simulate({ policy: 'thompson', ...small, means: { alpha: 4, beta: 4 }, prior: { alpha: 4, beta: 4 }, batch })
        .regret;
    expect(run(150)).toBeGreaterThan(run(1));
  });

  it('replaces arms, and the learner starts anew with them', () => {
    const world = { ...small, means: { alpha: 4, beta: 4 }, prior: { alpha: 4, beta: 4 }, horizon: 2_000 };
    const still = simulate({ policy: 'thompson', ...world });
    const moving = simulate({ policy: 'thompson', ...world, replaceProbability: 0.02, batch: 10 });
    expect(moving.regret).toBeGreaterThan(still.regret);
  });

  /** Plays every arm alike, and notes how many rewards it is shown of each whenever it is asked. */
  function watching(arms: number): { policy: Policy; shown: number[][] } {
    const shown: number[][] = [];
    const allocate = (known: readonly { n: number }[]) => {
      shown.push(known.map(({ n }) => n));
      return Array<number>(arms).fill(1 / arms);
    };
    const prepare = () => ({ memory: { kind: 'everything' as const }, allocate });
    return { policy: { ...policyNamed('uniform'), prepare }, shown };
  }

  it('shows the learner rewards at the end of each batch only', () => {
    const { policy, shown } = watching(3);
    simulate({ ...small, policy, horizon: 20, batch: 8, repetitions: 1 });
    expect(shown.map((known) => known.reduce((sum, n) => sum + n, 0))).toEqual([0, 8, 16]);
  });

  it('starts the statistics of a replaced arm again at the prior at the end of the batch', () => {
    const means = { alpha: 4, beta: 4 };
    const all = watching(1);
    simulate({ ...small, policy: all.policy, arms: 1, means, batch: 10, replaceProbability: 1, repetitions: 1 });
    expect(all.shown.flat()).toEqual(Array<number>(30).fill(0));
    const some = watching(50);
    simulate({
      ...small,
      policy: some.policy,
      arms: 50,
      means,
      batch: 300,
      horizon: 600,
      replaceProbability: 0.05,
      repetitions: 1,
    });
    const [, after = []] = some.shown;
    const kept = after.filter((n) => n > 0);
    expect(kept.length).toBeLessThan(50);
    expect(kept.length).toBeGreaterThan(25);
  });

  it('forgets in a changing world', () => {
    const world = {
      ...small,
      means: (step: number) => (step < 1_000 ? [0.9, 0.5, 0.1] : [0.1, 0.5, 0.9]),
      horizon: 2_000,
    };
    const thompson = simulate({ policy: 'thompson', ...world });
    const window = simulate({ policy: 'sliding-window-thompson', options: { window: 200 }, ...world });
    const discount = simulate({ policy: 'discounted-thompson', options: { halfLife: 70 }, ...world });
    expect(window.regret).toBeLessThan(thompson.regret / 2);
    expect(discount.regret).toBeLessThan(thompson.regret / 2);
  });

  it('refuses what cannot be played', () => {
    expect(() => simulate({ policy: 'nosuch', ...small })).toThrow(/policy must be one of/);
    expect(() => simulate({ policy: 'uniform', ...small, arms: 2 })).toThrow(/means must be one an arm/);
    expect(() => simulate({ policy: 'uniform', ...small, replaceProbability: 0.1 })).toThrow(
      /needs means that are drawn/,
    );
    expect(() => simulate({ policy: 'uniform', ...small, batch: 0 })).toThrow(/batch/);
  });
});
