import { describe, expect, it } from 'vitest';
import {
  delayOf,
  delaysByVersion,
  driftOf,
  rateOf,
  rewardsOf,
  sharesByVersion,
  timesByVersion,
  worldOf,
} from './parse-world.js';

const options = {
  rewards: { v1: { reward: 0.9 }, v2: { reward: 0.93 } },
  rate: 50,
  delay: { kind: 'fixed', ms: 0 },
  requests: 100,
  coverage: 1,
  correlation: 0,
  zipf: 1,
} as const;

describe('options of a world', () => {
  it('are read as people write them', () => {
    expect(rewardsOf('v1=0.90, v2=3.2±0.8,v3=1+-0.5')).toEqual({
      v1: { reward: 0.9 },
      v2: { reward: 3.2, deviation: 0.8 },
      v3: { reward: 1, deviation: 0.5 },
    });
    expect(sharesByVersion('v2=0.01')).toEqual({ v2: 0.01 });
    expect(timesByVersion('v1=20ms,v2=1.5s')).toEqual({ v1: 20, v2: 1_500 });
    expect(delaysByVersion('v1=0s,v2=exp:1m')).toEqual({ v1: { kind: 'fixed', ms: 0 }, v2: { kind: 'exponential', ms: 60_000 } }); // prettier-ignore
    expect(driftOf('v2=-0.01/h,v1=0.5/2d,v2=-0.05@2h')).toEqual([
      ['v2', { perMs: -0.01 / 3_600_000 }],
      ['v1', { perMs: 0.5 / 172_800_000 }],
      ['v2', { atMs: 7_200_000, by: -0.05 }],
    ]);
    expect(['50/s', '1000/m', '18/h'].map(rateOf)).toEqual([50, 1000 / 60, 0.005]);
    expect(['0s', '10m', 'exp:1h'].map(delayOf)).toEqual([
      { kind: 'fixed', ms: 0 },
      { kind: 'fixed', ms: 600_000 },
      { kind: 'exponential', ms: 3_600_000 },
    ]);
  });

  it.each([
    ['rewards', () => rewardsOf('v1')],
    ['rewards', () => rewardsOf('v1=high')],
    ['latency', () => timesByVersion('v1=fast')],
    ['drift', () => driftOf('v1=-0.1')],
    ['drift', () => driftOf('v1=-0.1/year')],
    ['rate', () => rateOf('50')],
    ['rate', () => rateOf('0/s')],
    ['delay', () => delayOf('soon')],
  ])('that cannot be read say what was expected (%s)', (_, read) => {
    expect(read).toThrow('expected');
  });

  it('come together, by version', () => {
    const drift = driftOf('v2=-0.05@2h');
    expect(worldOf({ ...options, errors: { v2: 0.01 }, latency: { v1: 20 }, drift, consumers: 10 })).toMatchObject({
      versions: {
        v1: { reward: 0.9, latency: 20 },
        v2: { reward: 0.93, errors: 0.01, changes: [{ atMs: 7_200_000, by: -0.05 }] },
      },
      requestsPerSecond: 50,
      consumers: { count: 10, exponent: 1 },
    });
    expect(() => worldOf({ ...options, errors: { v3: 0.01 } })).toThrow(
      '--errors: version "v3" has no rewards; expected v1, v2',
    );
  });
});
