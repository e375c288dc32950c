import { describe, expect, it } from 'vitest';
import { type StepFacts, unknownStep } from '#database';
import type { Outcome } from '#scoring';
import { countLatency, emptyLatencySketch, type LatencySketch } from '#stats';
import { type ScoredRow, StatisticsChange, type StatisticsRow } from './statistics-change.js';
import { totalsOf } from './totals.js';

const facts =
  (more: Partial<StepFacts> = {}) =>
  (): StepFacts => ({ ...unknownStep, champion: 'v1', ...more });
const scored = (row: Partial<StatisticsRow>, reward: number, outcome: Partial<Outcome> = {}): ScoredRow => ({
  row: {
    endpoint: 'digits',
    rollout: 1,
    step: 0,
    role: 'primary',
    version: 'v1',
    requestId: 'a',
    routingKey: null,
    requestedMs: 0,
    features: null,
    ...row,
  },
  outcome: { reward, truthSeq: '1', late: false, counted: true, truthAt: 5_000, ...outcome },
});
const shadow = (reward: number, more: Partial<StatisticsRow> = {}) =>
  scored({ role: 'shadow', version: 'v2', ...more }, reward);

const latencies = (...all: number[]): LatencySketch => {
  const sketch = emptyLatencySketch();
  for (const ms of all) countLatency(sketch, ms);
  return sketch;
};
const unknown = { totalMs: latencies(), modelMs: latencies() };

describe('StatisticsChange', () => {
  it('is undone by the same outcomes taken away', () => {
    const change = new StatisticsChange(facts());
    const rows = [scored({}, 0.25), shadow(1)];
    change.addOutcomes(rows, 1);
    change.addOutcomes(rows, -1);
    expect(change.arms).toMatchObject([{ scored: 0, sum: 0, sumSquares: 0 }]);
    expect(change.pairs).toMatchObject([{ scored: 0, better: 0, sumDifference: 0, sumSquaredDifference: 0 }]);
  });

  it('compares a shadow with the champion of the same rollout, and with nobody else', () => {
    const change = new StatisticsChange(facts());
    change.addOutcomes([scored({ version: 'v3' }, 1), shadow(0)], 1);
    change.addOutcomes([scored({}, 1), shadow(0, { rollout: 2 })], 1);
    expect(change.pairs).toEqual([]);
    change.addOutcomes([scored({}, 1), shadow(0)], 1);
    change.addOutcomes([scored({}, 0.5), shadow(0.5)], 1);
    expect(change.pairs).toMatchObject([
      {
        champion: 'v1',
        shadow: 'v2',
        scored: 2,
        better: 0,
        worse: 1,
        sumDifference: -1,
        championSum: 1.5,
        shadowSum: 0.5,
      },
    ]);
  });

  it('leaves out what does not count, and shadows whose primary row does not', () => {
    const change = new StatisticsChange(facts());
    change.addOutcomes([scored({}, 1, { counted: false }), shadow(1)], 1);
    change.addOutcomes([shadow(1)], 1);
    change.addOutcomes([scored({ role: 'fallback' }, 1)], 1);
    expect(change.endpoints).toEqual([]);
  });

  it('counts a shadow’s rows for its comparison with the champion', () => {
    const change = new StatisticsChange(facts());
    const count = { endpoint: 'digits', rollout: 1, step: 0, routingKey: null, requests: 5, errors: 2, ...unknown };
    change.record({ ...count, role: 'shadow', version: 'v2' });
    change.record({ ...count, role: 'primary', version: 'v1' });
    expect(change.pairs).toMatchObject([{ champion: 'v1', shadow: 'v2', requests: 5, errors: 2 }]);
    expect(change.arms).toMatchObject([{ version: 'v1', requests: 5, errors: 2 }]);
  });

  it('counts rewards by the time of the request too, where the plan asks for it', () => {
    const change = new StatisticsChange(facts({ bucketMs: 1_000 }));
    for (const [requestedMs, reward] of [
      [999, 1],
      [1_000, 0],
      [1_999, 1],
    ] as const) {
      // prettier-ignore
      change.addOutcomes([scored({ requestedMs }, reward)], 1);
    }
    change.addOutcomes([scored({ requestedMs: 1_000 }, 0)], -1);
    change.addOutcomes([scored({ requestedMs: 1_000 }, 0.5)], 1);
    expect(change.buckets).toMatchObject([
      { version: 'v1', fromMs: 0, scored: 1, sum: 1, sumSquares: 1 },
      { version: 'v1', fromMs: 1_000, scored: 2, sum: 1.5, sumSquares: 1.25 },
    ]);
  });

  it('counts truths by how long they took, and those that never came not', () => {
    const change = new StatisticsChange(facts());
    for (const truthAt of [-5, 999, 1_000, 59_999, 10 ** 12]) change.addOutcomes([scored({}, 1, { truthAt })], 1);
    change.addOutcomes([scored({}, 0, { truthAt: null, truthSeq: null })], 1);
    expect(totalsOf(change).arms).toMatchObject([{ scored: 6, joined: 5, delays: [2, 1, 1, 0, 0, 0, 0, 0, 1] }]);
  });

  it('learns what features say of the reward, and unlearns what is corrected', () => {
    const change = new StatisticsChange(facts({ contextual: true }));
    const row = { features: [2] };
    change.addOutcomes([scored(row, 1)], 1);
    change.addOutcomes([scored(row, 1)], -1);
    change.addOutcomes([scored(row, 0.5)], 1);
    change.addOutcomes([scored({ features: null }, 1)], 1);
    expect(change.models).toMatchObject([{ version: 'v1', sums: { n: 1, gram: [1, 2, 2, 4], moments: [0.5, 1] } }]);
  });

  it('keeps consumers apart where the plan assigns by key, and makes each a unit', () => {
    const change = new StatisticsChange(facts({ assignment: 'key' }));
    const recorded = { endpoint: 'digits', rollout: 1, step: 0, version: 'v1', role: 'primary' as const };
    change.record({ ...recorded, routingKey: 'ann', requests: 4, errors: 1, ...unknown });
    change.record({ ...recorded, routingKey: null, requests: 2, errors: 1, ...unknown });
    change.addOutcomes([scored({ routingKey: 'ann' }, 1)], 1);
    change.addOutcomes([scored({ routingKey: 'ann' }, 0)], 1);
    expect(totalsOf(change).arms).toMatchObject([
      { requests: 6, errors: 2, units: 3, errorSum: 1.25, scored: 1, sum: 0.5, sumSquares: 0.25, joined: 1 },
    ]);
  });

  it('gives a consumer the weight of one unit, however many requests it has', () => {
    const change = new StatisticsChange(facts({ assignment: 'key' }));
    const recorded = { endpoint: 'digits', rollout: 1, step: 0, version: 'v1', role: 'primary' as const, errors: 0 };
    change.record({
      ...recorded,
      routingKey: 'ann',
      requests: 4,
      totalMs: latencies(1, 1, 1, 9),
      modelMs: latencies(1),
    });
    change.record({ ...recorded, routingKey: 'bob', requests: 1, totalMs: latencies(9), modelMs: latencies(1) });
    const [arm] = totalsOf(change).arms;
    expect([arm?.totalMs.counts[0], arm?.totalMs.counts.at(-1)]).toEqual([0.75, 1.25]);
    expect(arm?.modelMs.counts).toEqual([2]);
  });

  it('keeps a shadow’s latencies within the model beside the champion', () => {
    const change = new StatisticsChange(facts());
    const count = { endpoint: 'digits', rollout: 1, step: 0, routingKey: null, requests: 2, errors: 0 };
    change.record({ ...count, role: 'shadow', version: 'v2', totalMs: latencies(), modelMs: latencies(3, 3) });
    expect(change.pairs[0]?.modelMs.counts).toEqual([2]);
  });
});
