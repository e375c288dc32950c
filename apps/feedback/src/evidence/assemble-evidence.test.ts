import { describe, expect, it } from 'vitest';
import { evidence } from '#contracts';
import { stepsApart } from '#strategies';
import { type ArmOfStep, assembleEvidence, type EvidenceParts } from './assemble-evidence.js';

const arm = (step: number, version: string, requests: number): ArmOfStep => ({
  step,
  arm: {
    version,
    requests,
    errors: 0,
    units: requests,
    errorSum: 0,
    scored: requests,
    sum: requests / 2,
    sumSquares: requests / 2,
  },
});
const parts = (more: Partial<EvidenceParts>): EvidenceParts => ({
  endpoint: 'digits',
  rollout: 1,
  seq: 7,
  at: 1_000,
  lagSeconds: 0.5,
  missing: 'drop',
  steps: [],
  arms: [],
  pairs: [],
  factsOf: (step) => ({ arms: { v1: 0.9, v2: 0.1 }, from: step * 1_000 }),
  ...more,
});

describe('assembleEvidence', () => {
  it('names every version with a weight, also where it has no rows, and steps without rows', () => {
    const { steps } = assembleEvidence(parts({ steps: [0, 1], arms: [arm(0, 'v1', 10)] }));
    expect(steps.map(({ step, from }) => [step, from])).toEqual([
      [0, 0],
      [1, 1_000],
    ]);
    expect(steps[0]?.arms.map(({ version, requests }) => [version, requests])).toEqual([
      ['v1', 10],
      ['v2', 0],
    ]);
    expect(steps[1]?.arms.map(({ requests }) => requests)).toEqual([0, 0]);
  });

  it('adds the oldest of many steps up into one that has no weights', () => {
    const numbers = Array.from({ length: stepsApart + 3 }, (_, step) => step);
    const { steps } = assembleEvidence(
      parts({ steps: numbers, arms: numbers.flatMap((step) => [arm(step, 'v1', 1), arm(step, 'v2', 2)]) }),
    );
    expect(steps).toHaveLength(stepsApart + 1);
    expect(steps[0]).toMatchObject({
      step: 2,
      from: 0,
      weights: {},
      arms: [
        { version: 'v1', requests: 3, sum: 1.5 },
        { version: 'v2', requests: 6, sum: 3 },
      ],
    });
    expect(steps[1]).toMatchObject({ step: 3, weights: { v1: 0.9 } });
  });

  it('is the message of the contract', () => {
    const message = assembleEvidence(parts({ arms: [arm(3, 'v1', 10)] }));
    expect(evidence.parse(JSON.parse(JSON.stringify(message)))).toEqual(message);
  });
});
