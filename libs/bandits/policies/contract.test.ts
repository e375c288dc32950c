import { describe, expect, it } from 'vitest';
import { policies } from './index.js';

describe.each(policies)('policy $name', (policy) => {
  it('gives propensities', () => {
    for (const rewards of ['bounded', 'real'] as const) {
      for (const goal of ['maximise', 'minimise'] as const) {
        const arms = [
          { version: 'a', n: 0, sum: 0, sumSquares: 0, buckets: [] },
          { version: 'b', n: 10, sum: 6, sumSquares: 6, buckets: [{ from: 0, n: 10, sum: 6, sumSquares: 6 }] },
          { version: 'c', n: 100, sum: 20, sumSquares: 20, buckets: [{ from: 0, n: 100, sum: 20, sumSquares: 20 }] },
        ];
        const weights = policy.allocate({ arms, options: { rewards, goal }, now: 1000 });
        console.log(policy.name, rewards, goal, weights);
        expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      }
    }
  });
});
