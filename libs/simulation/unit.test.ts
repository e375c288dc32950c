import fc from 'fast-check';
import { expect, it } from 'vitest';
import { uniformFrom } from '#bandits';
import { countLatency, emptyLatencySketch, latencyCount } from '#stats';
import { armOf } from '#strategies';
import { consumerDraw } from './consumers.js';
import { ConsumerUnit, requestUnits } from './unit.js';

it('a consumer has a truth once, and once in each span of delay', () => {
  const arm = armOf(undefined, 'v1');
  const [ann, bob] = [new ConsumerUnit('v1', () => arm), new ConsumerUnit('v1', () => arm)];
  for (const [unit, span] of [[ann, 0], [ann, 0], [ann, 2], [bob, 2]] as const) unit.join(3, span); // prettier-ignore
  expect(arm).toMatchObject({ joined: 2, delays: [1, 0, 2, 0, 0, 0, 0, 0, 0] });
  requestUnits(() => arm).join(3, 2);
  expect(arm).toMatchObject({ joined: 5, delays: [1, 0, 5, 0, 0, 0, 0, 0, 0] });
});

it('a consumer is one unit: its value is the mean over its requests, however they come in', () => {
  const event = fc.record({
    consumer: fc.nat(5),
    failed: fc.boolean(),
    reward: fc.option(fc.constantFrom<number[]>(0, 0.5, 1)),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const arm = armOf(undefined, 'v1');
      const units = new Map<number, ConsumerUnit>();
      for (const { consumer, failed, reward } of events) {
        const unit = units.get(consumer) ?? new ConsumerUnit('v1', () => arm);
        units.set(consumer, unit);
        unit.record(1, Number(failed));
        if (reward !== null) unit.score({ n: 1, sum: reward, sumSquares: reward * reward });
      }
      const of = Map.groupBy(events, ({ consumer }) => consumer);
      const means = [...of.values()]
        .map((own) => own.flatMap(({ reward }) => (reward === null ? [] : [reward])))
        .filter((rewards) => rewards.length > 0)
        .map((rewards) => rewards.reduce((a, b) => a + b, 0) / rewards.length);
      const failures = [...of.values()].map((own) => own.filter(({ failed }) => failed).length / own.length);
      const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
      expect(arm).toMatchObject({ requests: events.length, units: of.size, scored: means.length });
      expect(arm.sum).toBeCloseTo(total(means), 9);
      expect(arm.sumSquares).toBeCloseTo(total(means.map((mean) => mean * mean)), 9);
      expect(arm.errorSum).toBeCloseTo(total(failures), 9);
    }),
  );
});

it('a request without a key is a unit of its own', () => {
  const arm = armOf(undefined, 'v1');
  const recorder = requestUnits(() => arm);
  recorder.record(10, 2);
  recorder.score({ n: 8, sum: 6, sumSquares: 6 });
  expect(arm).toEqual({
    version: 'v1',
    requests: 10,
    errors: 2,
    units: 10,
    errorSum: 2,
    scored: 8,
    sum: 6,
    sumSquares: 6,
  });
});

it('consumers send as unevenly as the exponent says', () => {
  const counts = (exponent: number): number[] => {
    const draw = consumerDraw({ count: 4, exponent });
    const uniform = uniformFrom(1);
    const drawn = Array<number>(4).fill(0);
    for (let i = 0; i < 25_000; i++) drawn[draw(uniform)]!++;
    return drawn.map((count) => count / 25_000);
  };
  for (const share of counts(0)) expect(share).toBeCloseTo(0.25, 1);
  const [first, second, , last] = counts(1);
  expect(first! / second!).toBeCloseTo(2, 0);
  expect(first! / last!).toBeCloseTo(4, 0);
});

it('a consumer’s latencies weigh one in all', () => {
  const arm = armOf(undefined, 'v1');
  const took = (unit: ConsumerUnit, ms: number | null) => {
    const sketch = emptyLatencySketch();
    countLatency(sketch, ms);
    unit.took(sketch);
  };
  const [ann, bob] = [new ConsumerUnit('v1', () => arm), new ConsumerUnit('v1', () => arm)];
  for (const ms of [1, 1, 1, 9]) took(ann, ms);
  took(bob, null);
  expect(latencyCount(arm.latency!)).toBeCloseTo(2, 9);
  expect(arm.latency!.counts[0]).toBeCloseTo(0.75, 9);
  expect(arm.latency!.beyond).toBe(1);
});
