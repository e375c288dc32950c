import { describe, expect, it } from 'vitest';
import { policies, simulate } from './index.js';

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
