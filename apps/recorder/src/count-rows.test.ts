import { describe, expect, it } from 'vitest';
import type { Prediction } from '#contracts';
import { type StepFacts, unknownStep } from '#database';
import type { LatencySketch } from '#stats';
import { countRows } from './count-rows.js';

const facts = (assignment: 'request' | 'key') => (): StepFacts => ({ ...unknownStep, assignment, champion: 'v1' });
const row = (more: Partial<Prediction>) =>
  ({
    endpoint: 'digits',
    rollout: 1,
    step: 0,
    version: 'v1',
    role: 'primary',
    pinned: false,
    routingKey: null,
    status: 'ok',
    totalMs: 20,
    modelMs: 5,
    ...more,
  }) as Prediction;

describe('countRows', () => {
  it('counts per version and step what did not end ok', () => {
    const rows = [
      row({}),
      row({ status: 'error' }),
      row({ status: 'expired' }),
      row({ step: 1 }),
      row({ version: 'v2' }),
    ];
    expect(
      countRows(rows, facts('request')).map(({ version, step, requests, errors }) => [version, step, requests, errors]),
    ).toEqual([
      ['v1', 0, 3, 2],
      ['v1', 1, 1, 0],
      ['v2', 0, 1, 0],
    ]);
  });

  it('leaves out pinned rows and fallbacks', () => {
    expect(countRows([row({ pinned: true }), row({ role: 'fallback' })], facts('request'))).toEqual([]);
  });

  it('tells consumers apart where the plan assigns by key, and only among primary rows', () => {
    const rows = [
      row({ routingKey: 'ann' }),
      row({ routingKey: 'bob' }),
      row({ routingKey: 'ann', role: 'shadow', version: 'v2' }),
    ];
    expect(countRows(rows, facts('key')).map((count) => count.routingKey)).toEqual(['ann', 'bob', null]);
    expect(countRows(rows, facts('request')).map((count) => count.routingKey)).toEqual([null, null]);
  });

  it('counts the baseline’s slice of a version by itself', () => {
    const baseline = { baseline: { version: 'v1', weight: 0.3 }, salt: 'digits/1', assignment: 'request' as const };
    const rows = Array.from({ length: 1_000 }, (_, n) => row({ id: `request-${n}` }));
    const counts = countRows(rows, (step) => ({ ...facts('request')(), ...step, baseline }));
    expect(counts.map(({ version }) => version).sort()).toEqual(['v1', 'v1/baseline']);
    const slice = counts.find(({ version }) => version === 'v1/baseline');
    expect(slice?.requests).toBeGreaterThan(250);
    expect(slice?.requests).toBeLessThan(350);
  });

  it('counts how long rows took: those that did not end ok as slower than any, shadows within the model alone', () => {
    const rows = [
      row({}),
      row({ totalMs: 20.05 }),
      row({ totalMs: -3, modelMs: null }),
      row({ status: 'expired', totalMs: null, modelMs: null }),
      row({ role: 'shadow', version: 'v2' }),
    ];
    const [primary, shadow] = countRows(rows, facts('request'));
    const numberOf = ({ counts, beyond }: LatencySketch) => [counts.reduce((sum, count) => sum + count, 0), beyond];
    expect(numberOf(primary!.totalMs)).toEqual([3, 1]);
    expect(primary!.totalMs.counts.at(-1)).toBe(2);
    expect(numberOf(primary!.modelMs)).toEqual([2, 1]);
    expect([numberOf(shadow!.totalMs), numberOf(shadow!.modelMs)]).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });
});
