import { expect, it } from 'vitest';
import { evidence as evidenceSchema } from '#contracts';
import type { PlanDraft } from '#strategies';
import { EvidenceBook } from './evidence-book.js';

const plan = (step: number): PlanDraft => ({
  step,
  allocation: [
    { version: 'v2', weight: 0.1 },
    { version: 'v1', weight: 0.9 },
  ],
  shadows: [],
  assignment: 'request',
  fallback: 'v1',
});

it('knows nothing before a plan, then every version of the step', () => {
  const book = new EvidenceBook('digits');
  expect(book.snapshot(0)).toBeNull();
  book.begin(plan(0), 5);
  const evidence = book.snapshot(10)!;
  expect(evidenceSchema.parse(evidence)).toEqual(evidence);
  expect(evidence.steps).toMatchObject([
    { step: 0, from: 5, weights: { v1: 0.9, v2: 0.1 }, arms: [{ version: 'v1' }, { version: 'v2' }] },
  ]);
  expect(() => book.arm(0, 'v3')).toThrow('version "v3" has no share of step 0');
});

it('adds up what lies more than 64 steps back, with the truth that comes for it later', () => {
  const book = new EvidenceBook('digits');
  for (let step = 0; step < 70; step++) {
    book.begin(plan(step), step);
    book.arm(step, 'v1').requests += 10;
  }
  book.arm(2, 'v1').scored += 7;
  const { steps } = book.snapshot(70)!;
  expect(steps).toHaveLength(65);
  expect(steps[0]).toMatchObject({
    step: 5,
    from: 0,
    weights: {},
    arms: [
      { version: 'v1', requests: 60, scored: 7 },
      { version: 'v2', requests: 0 },
    ],
  });
  expect(steps[1]).toMatchObject({ step: 6, arms: [{ version: 'v1', requests: 10 }, { version: 'v2' }] });
});
