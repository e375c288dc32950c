import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrafficPlan } from '#contracts';
import { compilePlan } from './compile-plan.js';
import { decide } from './decide.js';

const planOf = (weights: Record<string, number>, more: Partial<TrafficPlan> = {}): TrafficPlan => ({
  endpoint: 'digits',
  revision: 1,
  epoch: 1,
  rollout: 1,
  step: 0,
  allocation: Object.entries(weights).map(([version, weight]) => ({ version, weight })),
  shadows: [],
  assignment: 'request',
  salt: 'digits:1',
  fallback: 'v1',
  timeoutMs: 5_000,
  at: 0,
  ...more,
});

const requestIds = (count: number, prefix = 'request') =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
const saltAndId = { salt: fc.string(), requestId: fc.string({ minLength: 1 }) };

/** Allocations of 1 to 20 versions whose weights sum to 1. */
const allocations = fc
  .array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 20 })
  .filter((parts) => parts.some((part) => part > 0))
  .map((parts) => {
    const total = parts.reduce((sum, part) => sum + part, 0);
    return Object.fromEntries(parts.map((part, index) => [`v${index}`, part / total]));
  });

describe('decide', () => {
  it('gives a version of the allocation, never one without weight, and its weight as the propensity', () => {
    fc.assert(
      fc.property(fc.record({ ...saltAndId, weights: allocations }), ({ salt, requestId, weights }) => {
        const { version, propensity, pinned } = decide({ plan: planOf(weights, { salt }), requestId });
        expect(weights[version]).toBeGreaterThan(0);
        expect(propensity).toBe(weights[version]);
        expect(pinned).toBe(false);
      }),
    );
  });

  it('shares the requests out as the weights say', () => {
    fc.assert(
      fc.property(fc.record({ salt: fc.string(), weights: allocations }), ({ salt, weights }) => {
        const plan = compilePlan(planOf(weights, { salt }));
        const trials = 5_000;
        const counts = new Map<string, number>();
        for (const requestId of requestIds(trials)) {
          const { version } = decide({ plan, requestId });
          counts.set(version, (counts.get(version) ?? 0) + 1);
        }
        for (const [version, weight] of Object.entries(weights)) {
          // Bernstein's bound on a binomial count: passed by chance less than once in 10^10.
          const bound = Math.sqrt(2 * trials * weight * (1 - weight) * 24) + (2 / 3) * 24;
          expect(Math.abs((counts.get(version) ?? 0) - trials * weight)).toBeLessThanOrEqual(bound);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('keeps the requests of a canary when it grows', () => {
    const shares = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.record({ ...saltAndId, shares }), ({ salt, requestId, shares: [a, b] }) => {
        const at = (share: number) =>
          decide({ plan: planOf({ canary: share, champion: 1 - share }, { salt }), requestId }).version;
        if (at(Math.min(a, b)) === 'canary') expect(at(Math.max(a, b))).toBe('canary');
      }),
    );
  });

  it('is the same for the same input, and another with another salt', () => {
    const plan = planOf({ v2: 0.5, v1: 0.5 });
    const assignments = (salt: string) =>
      requestIds(200).map((requestId) => decide({ plan: { ...plan, salt }, requestId }).version);
    expect(assignments('digits:1')).toEqual(assignments('digits:1'));
    expect(assignments('digits:2')).not.toEqual(assignments('digits:1'));
  });

  it('follows the routing key under assignment by key, and the request where it has none', () => {
    const plan = planOf({ v2: 0.5, v1: 0.5 }, { assignment: 'key' });
    const versionsOf = (routingKey?: string) =>
      new Set(requestIds(200).map((requestId) => decide({ plan, requestId, routingKey }).version));
    expect(versionsOf('customer-7').size).toBe(1);
    expect(versionsOf().size).toBe(2);
    expect(versionsOf('').size).toBe(2);
  });

  it('follows the request under assignment by request, whatever the routing key', () => {
    const plan = planOf({ v2: 0.5, v1: 0.5 });
    for (const requestId of requestIds(100)) {
      expect(decide({ plan, requestId, routingKey: 'customer-7' })).toEqual(decide({ plan, requestId }));
    }
  });

  it('draws a key as it draws a request id of the same text', () => {
    const byKey = planOf({ v2: 0.3, v1: 0.7 }, { assignment: 'key' });
    for (const text of requestIds(100)) {
      const assigned = decide({ plan: byKey, requestId: 'another', routingKey: text });
      expect(assigned).toEqual(decide({ plan: planOf({ v2: 0.3, v1: 0.7 }), requestId: text }));
    }
  });

  it('takes the version that the caller named, outside all statistics', () => {
    const plan = planOf({ v1: 1 }, { rules: [{ when: { routingKey: 'k' }, version: 'v2' }] });
    const pinned = { version: 'v3', propensity: null, pinned: true };
    expect(decide({ plan, requestId: 'r', routingKey: 'k', pinned: 'v3' })).toEqual(pinned);
  });

  it('looks at the rules before the allocation, the first that matches', () => {
    const plan = planOf(
      { v1: 1 },
      {
        rules: [
          { when: { routingKey: 'tester' }, version: 'v2' },
          { when: { header: 'X-Tier', equals: 'gold' }, version: 'v3' },
        ],
      },
    );
    const versionOf = (routingKey: string, headers?: Record<string, string | Uint8Array>) =>
      decide({ plan, requestId: 'r', routingKey, headers });
    expect(versionOf('tester')).toEqual({ version: 'v2', propensity: null, pinned: true });
    expect(versionOf('other', { 'x-tier': 'gold' }).version).toBe('v3');
    expect(versionOf('other', { 'X-Tier': Buffer.from('gold') }).version).toBe('v3');
    expect(versionOf('tester', { 'x-tier': 'gold' }).version).toBe('v2');
    expect(versionOf('other', { 'x-tier': 'silver' })).toEqual({ version: 'v1', propensity: 1, pinned: false });
    expect(versionOf('other').version).toBe('v1');
  });

  it('refuses weights that do not sum to 1, by the name of the endpoint', () => {
    expect(() => decide({ plan: planOf({ v1: 0.5, v2: 0.4 }), requestId: 'r' })).toThrow(
      /"digits", epoch 1.*sum to 0.9/,
    );
    expect(() => compilePlan(planOf({}))).toThrow(/sum to 0, expected 1/);
  });
});
