import { describe, expect, it } from 'vitest';
import type { TrafficPlan } from '#contracts';
import { decide } from './decide.js';
import { drawShadows } from './draw-shadows.js';
import { hashToUnit } from './hash.js';

const planOf = (more: Partial<TrafficPlan>): TrafficPlan => ({
  endpoint: 'digits',
  revision: 1,
  epoch: 1,
  rollout: 1,
  step: 0,
  allocation: [{ version: 'v1', weight: 1 }],
  shadows: [],
  assignment: 'request',
  salt: 'digits:1',
  fallback: 'v1',
  timeoutMs: 5_000,
  at: 0,
  ...more,
});

const trials = 20_000;
const ids = Array.from({ length: trials }, (_, index) => `request-${index}`);
/** Bernstein's bound on a binomial count: passed by chance less than once in 10^10. */
const bound = (count: number, share: number) => Math.sqrt(2 * count * share * (1 - share) * 24) + (2 / 3) * 24;

describe('drawShadows', () => {
  it('draws none where the plan has none, all where the fraction is 1, none where it is 0', () => {
    expect(drawShadows(planOf({}), 'r')).toEqual([]);
    const shadows = [
      { version: 'v2', fraction: 1 },
      { version: 'v3', fraction: 0 },
    ];
    for (const id of ids.slice(0, 200)) expect(drawShadows(planOf({ shadows }), id)).toEqual(['v2']);
  });

  it('draws by the hash of salt, version and request id', () => {
    const plan = planOf({ salt: 's', shadows: [{ version: 'v2', fraction: 0.5 }] });
    for (const id of ids.slice(0, 200)) {
      expect(drawShadows(plan, id).length).toBe(hashToUnit(`s\0shadow\0v2\0${id}`) < 0.5 ? 1 : 0);
    }
  });

  it('draws each shadow with its fraction, independently of the assignment and of the other shadow', () => {
    const plan = planOf({
      allocation: [
        { version: 'v2', weight: 0.3 },
        { version: 'v1', weight: 0.7 },
      ],
      shadows: [
        { version: 'v3', fraction: 0.4 },
        { version: 'v4', fraction: 0.4 },
      ],
    });
    const seen = ids.map((requestId) => ({
      canary: decide({ plan, requestId }).version === 'v2',
      v3: drawShadows(plan, requestId).includes('v3'),
      v4: drawShadows(plan, requestId).includes('v4'),
    }));
    const count = (condition: (row: (typeof seen)[number]) => boolean) => seen.filter(condition).length;
    const expectShare = (actual: number, share: number) =>
      expect(Math.abs(actual - trials * share)).toBeLessThanOrEqual(bound(trials, share));

    expectShare(count((row) => row.v3), 0.4); // prettier-ignore
    expectShare(count((row) => row.canary && row.v3), 0.3 * 0.4); // prettier-ignore
    expectShare(count((row) => row.canary && row.v4), 0.3 * 0.4); // prettier-ignore
    expectShare(count((row) => row.v3 && row.v4), 0.4 * 0.4); // prettier-ignore
  });
});
