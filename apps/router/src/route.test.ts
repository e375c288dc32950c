import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decision, type TrafficPlan } from '#contracts';
import { compilePlan } from '#routing';
import type { RoutedRequest } from './read-request.js';
import { route } from './route.js';

const plan = (more: Partial<TrafficPlan> = {}) =>
  compilePlan({
    endpoint: 'digits',
    revision: 3,
    epoch: 7,
    rollout: 2,
    step: 1,
    allocation: [{ version: 'v2', weight: 1 }],
    shadows: [{ version: 'v3', fraction: 1 }],
    assignment: 'request',
    salt: 'digits:2',
    fallback: 'v1',
    timeoutMs: 5_000,
    at: 0,
    ...more,
  });

const request = (more: Partial<RoutedRequest> = {}): RoutedRequest => ({
  record: { key: null, value: null, headers: {}, offset: '0', timestamp: 0, topic: 't', partition: 0 },
  id: 'r-1',
  routingKey: null,
  requestedAt: 0,
  deadline: undefined,
  secondAttempt: false,
  pinned: undefined,
  ...more,
});

const living =
  (...versions: string[]) =>
  (version: string): number | undefined =>
    versions.includes(version) ? 3 : undefined;
const all = living('v1', 'v2', 'v3');

describe('route', () => {
  it('sends a request to the version that the plan assigns, and a copy to its shadow', () => {
    const { answering, shadows } = route(request(), plan(), all);
    expect(answering.decision).toEqual({
      version: 'v2',
      role: 'primary',
      revision: 3,
      epoch: 7,
      rollout: 2,
      step: 1,
      propensity: 1,
      pinned: false,
      fallback: 'v1',
    });
    expect(shadows.map((copy) => copy.decision)).toMatchObject([{ version: 'v3', role: 'shadow', propensity: 1 }]);
  });

  it('makes decisions that the contract takes', () => {
    const requests = fc.record({
      secondAttempt: fc.boolean(),
      pinned: fc.option(fc.constantFrom('v1', 'v2'), { nil: undefined }),
      id: fc.string({ minLength: 1 }),
    });
    fc.assert(
      fc.property(requests, fc.subarray(['v1', 'v2', 'v3']), (particulars, alive) => {
        const { answering, shadows } = route(request(particulars), plan(), living(...alive));
        for (const copy of [answering, ...shadows]) expect(decision.parse(copy.decision)).toEqual(copy.decision);
      }),
    );
  });

  it('gives the share of a version without living worker to the fallback, and says whose it was', () => {
    const { answering } = route(request(), plan(), living('v1', 'v3'));
    expect(answering.decision).toMatchObject({ version: 'v1', role: 'fallback', assigned: 'v2', propensity: 1 });
    expect(answering.partition).toBe(3);
  });

  it('leaves a request in the work of its version where the fallback does not live either', () => {
    const { answering } = route(request(), plan(), () => undefined);
    expect(answering).toMatchObject({ decision: { version: 'v2', role: 'primary' }, partition: undefined });
  });

  it('sends a second attempt to the fallback alone', () => {
    const { answering, shadows } = route(request({ secondAttempt: true }), plan(), all);
    expect(answering.decision).toMatchObject({ version: 'v1', role: 'fallback', propensity: null });
    expect(answering.decision.assigned).toBeUndefined();
    expect(shadows).toEqual([]);
  });

  it('sends a pinned request to its version, with nobody to stand in and nobody watching', () => {
    for (const live of [all, living('v1')]) {
      const { answering, shadows } = route(request({ pinned: 'v3' }), plan(), live);
      expect(answering.decision).toMatchObject({
        version: 'v3',
        role: 'primary',
        pinned: true,
        propensity: null,
        fallback: 'v3',
      });
      expect(shadows).toEqual([]);
    }
  });

  it('lets the fallback stand in for the version of a rule', () => {
    const ruled = plan({ rules: [{ when: { routingKey: 'tester' }, version: 'v3' }] });
    const { answering, shadows } = route(request({ routingKey: 'tester' }), ruled, living('v1'));
    expect(answering.decision).toMatchObject({ version: 'v1', role: 'fallback', assigned: 'v3', pinned: true });
    expect(shadows).toEqual([]);
  });

  it('leaves out shadows that have no living worker, that answer themselves, or that are shed', () => {
    expect(route(request(), plan(), living('v1', 'v2')).shadows).toEqual([]);
    expect(route(request(), plan({ shadows: [{ version: 'v2', fraction: 1 }] }), all).shadows).toEqual([]);
    expect(route(request(), plan(), all, false).shadows).toEqual([]);
  });
});
