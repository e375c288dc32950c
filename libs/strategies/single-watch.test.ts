import { describe, expect, it } from 'vitest';
import type { ArmEvidence, Evidence } from '#contracts';
import { countLatency, emptyLatencySketch } from '#stats';
import { findStrategy } from './registry.js';

const strategy = findStrategy('single')!;
const reward = { kind: 'binary', goal: 'maximise' } as const;
const minute = 60_000;
const guardrails = { errors: { margin: 0.02 }, latency: { maxRatio: 1.5 }, reward: { margin: 0.05 } };
const base = { version: 'v2', watch: '30m', guardrails };

interface Measured {
  readonly requests: number;
  readonly errors?: number;
  readonly right?: number;
  readonly ms?: number;
}

function arm(version: string, { requests, errors = 0, right, ms = 20 }: Measured): ArmEvidence {
  const latency = emptyLatencySketch();
  for (let i = 0; i < requests - errors; i++) countLatency(latency, ms * (0.5 + (i % 10) / 10));
  latency.beyond = errors;
  const scored = right === undefined ? 0 : requests;
  const sum = right ?? 0;
  return { version, requests, errors, units: requests, errorSum: errors, scored, sum, sumSquares: sum, latency };
}
const evidence = (version: string, measured: Measured, at = 0): Evidence => ({
  endpoint: 'e', rollout: 1, seq: 1, at, pairs: [], lagSeconds: 0,
  steps: [{ step: 0, from: at - 60 * minute, weights: { [version]: 1 }, arms: [arm(version, measured)] }],
}); // prettier-ignore

const before = evidence('v1', { requests: 2_000, errors: 10, right: 1_800 });
const begin = (more: object = {}, known: Evidence | null = before) =>
  strategy.begin({ spec: { ...base, ...more }, now: 0, previous: 'v1', evidence: known });
const look = (measured: Measured, now = 10 * minute, more: object = {}, state = begin(more)) =>
  strategy.evaluate({ spec: { ...base, ...more }, state, evidence: evidence('v2', measured, now), now, reward });

describe('single, while an update is watched', () => {
  it('holds, and stands when the time is over with nothing against it', () => {
    const good = { requests: 1_000, errors: 6, right: 930 };
    const first = look(good);
    expect(first).toMatchObject({ status: 'running', verdict: { outcome: 'hold', version: 'v2' } });
    expect(first.verdict.waitsFor).toBe('10 m of 30 m');
    expect(first.plan).toMatchObject({ allocation: [{ version: 'v2', weight: 1 }], fallback: 'v1' });
    expect(first.verdict.checks.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['errors', 'pass'],
      ['reward', 'pass'],
      ['latency', 'pass'],
      ['watch', 'wait'],
    ]);
    expect(first.verdict.checks[0]?.detail).toContain('(v1: of the 1 h before the update)');
    const last = look(good, 30 * minute, {}, first.state);
    expect(last).toMatchObject({ status: 'succeeded', verdict: { outcome: 'steady' } });
    expect(last.verdict.reason).toBe('v2 answers everything; nothing against it in 30 m');
  });

  it.each([
    ['fails more often', { requests: 1_000, errors: 80 }, /v2 fails more often by at least/],
    ['is slower', { requests: 1_000, ms: 60 }, /v2 is too slow: p95 of v2/],
    ['is worse by its truth', { requests: 1_000, right: 600 }, /worse by more than 0\.05/],
  ])('goes back where it %s', (_, measured, why) => {
    const evaluation = look(measured);
    expect(evaluation).toMatchObject({
      status: 'failed',
      verdict: { outcome: 'rollback', version: 'v1' },
      plan: { step: 1, allocation: [{ version: 'v1', weight: 1 }], fallback: 'v1' },
    });
    expect(evaluation.verdict.reason).toMatch(/^rolled back from v2 to v1 by a guardrail: /);
    expect(evaluation.verdict.reason).toMatch(why);
    // It stays said.
    const later = look({ requests: 2_000 }, 20 * minute, {}, evaluation.state);
    expect(later.verdict).toMatchObject({ outcome: 'rollback', reason: evaluation.verdict.reason });
  });

  it('has limits that need no version before it to be known', () => {
    const more = { guardrails: { errors: { max: 0.05 }, latency: { max: '40ms' } } };
    const look_ = (measured: Measured) => look(measured, minute, more, begin(more, null));
    expect(look_({ requests: 1_000, errors: 120 }).verdict.reason).toContain('v2 fails too often');
    expect(look_({ requests: 1_000, ms: 60 }).verdict.reason).toContain('allowed 40 ms');
    expect(look_({ requests: 1_000, errors: 40, ms: 20 }).verdict.outcome).toBe('hold');
  });

  it('does not blame it where nothing is known of the version before, or of itself', () => {
    expect(look({ requests: 1_000, errors: 80, ms: 500 }, minute, {}, begin({}, null)).status).toBe('running');
    expect(strategy.evaluate({ spec: base, state: begin(), evidence: null, now: 1, reward }).status).toBe('running');
  });

  it('does not end while the log lags behind', () => {
    const known = { ...evidence('v2', { requests: 10 }), lagSeconds: 90 };
    const input = { spec: base, state: begin(), evidence: known, now: 40 * minute, reward, maxLag: minute };
    expect(strategy.evaluate(input).verdict).toMatchObject({ outcome: 'hold' });
  });

  it('watches nothing where there was no other version, or nobody asked for it', () => {
    const first = strategy.begin({ spec: base, now: 0 });
    expect(look({ requests: 9 }, minute, {}, first as never).verdict.outcome).toBe('steady');
    const { watch: _, guardrails: __, ...plain } = base;
    const state = strategy.begin({ spec: plain, now: 0, previous: 'v1', evidence: before });
    expect(strategy.evaluate({ spec: plain, state, evidence: null, now: 1, reward }).status).toBe('succeeded');
  });

  it('obeys an operator, who ends the watch', () => {
    const state = strategy.steer({ spec: base, state: begin(), verb: 'promote', now: 1 });
    expect(look({ requests: 1_000, errors: 500 }, minute, {}, state as never).verdict.outcome).toBe('steady');
    const back = strategy.steer({ spec: base, state: begin(), verb: 'rollback', now: 1 });
    expect(look({ requests: 9 }, minute, {}, back as never).verdict.reason).toBe(
      'rolled back from v2 to v1 by an operator',
    );
  });

  it('refuses guardrails without a time to hold them', () => {
    const refused = strategy.specSchema.safeParse({ version: 'v2', guardrails: {} });
    expect(refused.error?.issues).toMatchObject([{ path: ['watch'] }]);
  });
});
