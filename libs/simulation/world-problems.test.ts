import { describe, expect, it } from 'vitest';
import { manifestWith } from './testing/manifest-with.js';
import { worldProblems, worldWarnings } from './world-problems.js';
import type { World } from './world.js';

const canary = { canary: { champion: 'v1', candidate: 'v2', margin: 0.1 } };
const world: World = {
  versions: { v1: { reward: 0.9 }, v2: { reward: 0.93 } },
  requestsPerSecond: 50,
  requests: 50_000,
  delay: { kind: 'fixed', ms: 0 },
};

describe('a world', () => {
  it('that fits has no problems and no warnings', () => {
    expect(worldProblems(manifestWith(canary), world)).toEqual([]);
    expect(worldWarnings(manifestWith(canary), world)).toEqual([]);
  });

  it('has rewards of the kind that the metric gives', () => {
    const spread = { ...world, versions: { v1: { reward: 0.9, deviation: 0.1 }, v2: { reward: 0.9, errors: 2 } } };
    expect(worldProblems(manifestWith(canary), spread)).toEqual([
      'rewards of v1: accuracy is within [0, 1]; give the mean alone, without ±',
      'errors of v2: expected a share between 0 and 1, got 2',
    ]);
    const real = manifestWith(canary, { truth: { metric: 'squared-error' } });
    expect(worldProblems(real, world)[0]).toBe(
      'rewards of v1: squared-error is not within [0, 1]; give a standard deviation, as in 3.2±0.8',
    );
  });

  it('has numbers that can be', () => {
    const wrong = { ...world, requests: 0.5, coverage: 0, correlation: 2, consumers: { count: 0, exponent: -1 } };
    expect(worldProblems(manifestWith(canary), wrong)).toHaveLength(5);
  });

  it('in which nothing can come of it is warned of', () => {
    const late = { ...world, delay: { kind: 'fixed', ms: 7_200_000 } as const };
    expect(worldWarnings(manifestWith(canary), late)).toEqual([
      'the truth comes after truth.window has closed: no request is ever scored',
      'the requests are over after 1000 s, before any truth counts: simulate more of them',
    ]);
    const silent = { silent: { champion: 'v1', shadows: [{ version: 'v2' }] } };
    const clicks = manifestWith(silent, { truth: { metric: 'reward', options: { kind: 'binary' } } });
    expect(worldWarnings(clicks, world)).toEqual([
      'metric "reward" gives shadows no reward: their answers are shown to nobody',
    ]);
  });
});
