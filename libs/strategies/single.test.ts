import { describe, expect, it } from 'vitest';
import { single } from './single.js';

const reward = { kind: 'binary', goal: 'maximise' } as const;
const spec = { version: 'v2', assignment: 'request', alpha: 0.05 } as const;
const evaluate = (state: ReturnType<typeof single.begin>) =>
  single.evaluate({ spec, state, evidence: null, now: 0, reward });

describe('single', () => {
  it('gives everything to its version, and has nothing to decide', () => {
    const { plan, verdict, status } = evaluate(single.begin({ spec, now: 0 }));
    expect(plan).toEqual({
      step: 0,
      allocation: [{ version: 'v2', weight: 1 }],
      shadows: [],
      assignment: 'request',
      fallback: 'v2',
    });
    expect(verdict.outcome).toBe('steady');
    expect(status).toBe('succeeded');
  });

  it('keeps the version before it as fallback and way back', () => {
    const state = single.begin({ spec, now: 0, previous: 'v1' });
    expect(evaluate(state).plan.fallback).toBe('v1');
    const back = single.steer({ spec, state, verb: 'rollback', now: 1 });
    expect(evaluate(back)).toMatchObject({
      status: 'failed',
      plan: { step: 1, allocation: [{ version: 'v1', weight: 1 }], fallback: 'v1' },
    });
    const again = single.steer({ spec, state: back, verb: 'promote', now: 2 });
    expect(evaluate(again)).toMatchObject({
      status: 'succeeded',
      plan: { step: 2, allocation: [{ version: 'v2', weight: 1 }] },
    });
  });

  it('says so where there is nothing to roll back to', () => {
    const state = single.begin({ spec, now: 0, previous: 'v2' });
    expect(() => single.steer({ spec, state, verb: 'rollback', now: 1 })).toThrow('there is no version before "v2"');
    expect(() => single.steer({ spec, state, verb: 'promote', version: 'v9', now: 1 })).toThrow(
      '"v9" is not the version',
    );
  });
});
