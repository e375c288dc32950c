import { describe, expect, it } from 'vitest';
import { findStrategy } from '#strategies';
import { Scenario, type ScenarioOptions } from '../../libs/strategies/testing/scenario.js';
import { mostAllowed } from './allowed.js';

/** A guardrail on latency, looked at after every batch of requests; no truth ever comes. */
interface Question {
  readonly strategy: string;
  readonly spec: object;
  readonly versions: ScenarioOptions['versions'];
  readonly runs: number;
  readonly requestsPerTick?: number;
}

/** In how many runs the guardrail fired. */
function fired({ strategy: name, spec, versions, runs, requestsPerTick = 200 }: Question): number {
  const strategy = findStrategy(name)!;
  let count = 0;
  for (let run = 0; run < runs; run++) {
    const scenario = new Scenario({ strategy, spec, versions, requestsPerTick, delay: 1_000, seed: 1000 + run });
    scenario.run(60, ({ status }) => status !== 'running');
    if (scenario.verdicts.some((outcome) => outcome === 'rollback' || outcome === 'reject')) count++;
  }
  console.log(`${expect.getState().currentTestName}: ${count} of ${runs}`);
  return count;
}

const canary = { champion: 'v1', candidate: 'v2', steps: [10, 50], interval: '1s', minSamples: 20, margin: 0.05 };
const guarded = (maxRatio: number) => ({ ...canary, guardrails: { latency: { quantile: 0.95, maxRatio } } });
const version = (latency: number) => ({ reward: 0.9, latency });

describe('a guardrail on latency', () => {
  it.each([
    ['an equal candidate, with no room at all', 1, 20],
    ['a candidate that is slower by exactly the ratio', 1.2, 24],
  ])('does not roll back %s', (_, maxRatio, latency) => {
    const versions = { v1: version(20), v2: version(latency) };
    const count = fired({ strategy: 'canary', spec: guarded(maxRatio), versions, runs: 200 });
    expect(count).toBeLessThanOrEqual(mostAllowed(200, 0.05));
  });

  it('does not reject an equal shadow', () => {
    const shadows = { champion: 'v1', shadows: [{ version: 'v2' }, { version: 'v3' }] };
    const spec = { ...shadows, guardrails: { latency: { quantile: 0.9, maxRatio: 1 } } };
    const versions = { v1: version(20), v2: version(20), v3: version(20) };
    const count = fired({ strategy: 'silent', spec, versions, runs: 200, requestsPerTick: 50 });
    expect(count).toBeLessThanOrEqual(mostAllowed(200, 0.05));
  });

  it('finds a candidate that is half as slow again', () => {
    const versions = { v1: version(20), v2: version(30) };
    expect(fired({ strategy: 'canary', spec: guarded(1.2), versions, runs: 50, requestsPerTick: 1_000 })).toBe(50);
  });
});
