import { describe, expect, it } from 'vitest';
import { truthSpec } from '#contracts';
import { judge, type JudgedRow, type Known } from './judge.js';
import { scoringRule, type ScoringRule } from './rule.js';

const rule = (spec: unknown = {}): ScoringRule => {
  const result = scoringRule(truthSpec.parse(spec));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.rule;
};
const row = (more: Partial<JudgedRow> = {}): JudgedRow => ({
  role: 'primary',
  pinned: false,
  status: 'ok',
  response: { predictions: [3] },
  ...more,
});
const failed = row({ status: 'error', response: null });
const truth = (value: unknown, seq = '1') => ({ seq, truth: value, reward: null, at: 5 });
const known = (more: Partial<Known> = {}): Known => ({ inTime: null, late: null, closed: true, ...more });
const withDefault = rule({ missing: 'default', default: 0.25 });

describe('with missing: drop', () => {
  it('a row has no outcome before its truth', () => {
    expect(judge(row(), known(), rule())).toEqual({ outcome: null, error: null });
    expect(judge(failed, known(), rule())).toEqual({ outcome: null, error: null });
  });

  it('a truth in time is scored and counts', () => {
    expect(judge(row(), known({ inTime: truth(3, '7') }), rule()).outcome).toEqual({
      reward: 1,
      truthSeq: '7',
      late: false,
      counted: true,
      truthAt: 5,
      kept: null,
    });
  });

  it('a late truth is scored, marked and left out', () => {
    expect(judge(row(), known({ late: truth(3) }), rule()).outcome).toMatchObject({
      reward: 1,
      late: true,
      counted: false,
    });
  });

  it('what failed counts with the worst value, with onError, or not at all', () => {
    const inTime = truth(3);
    expect(judge(failed, known({ inTime }), rule()).outcome).toMatchObject({ reward: 0, counted: true });
    expect(judge(failed, known({ inTime }), rule({ onError: 0.5 })).outcome).toMatchObject({ reward: 0.5 });
    expect(judge(failed, known({ inTime }), rule({ metric: 'squared-error' })).outcome).toBeNull();
    expect(judge(row({ status: 'expired', response: null }), known({ inTime }), rule()).outcome).toMatchObject({
      reward: 0,
    });
  });

  it('fallbacks and pinned rows are scored and left out', () => {
    const inTime = truth(3);
    expect(judge(row({ role: 'fallback' }), known({ inTime }), rule()).outcome).toMatchObject({
      reward: 1,
      counted: false,
    });
    expect(judge(row({ pinned: true }), known({ inTime }), rule()).outcome).toMatchObject({
      reward: 1,
      counted: false,
    });
    expect(judge(row({ role: 'shadow' }), known({ inTime }), rule()).outcome).toMatchObject({
      reward: 1,
      counted: true,
    });
  });
});

describe('with missing: default', () => {
  it('nothing counts before the window closes', () => {
    expect(judge(row(), known({ closed: false }), withDefault).outcome).toBeNull();
    expect(judge(row(), known({ closed: false, inTime: truth(3) }), withDefault).outcome).toMatchObject({
      reward: 1,
      counted: false,
    });
  });

  it('then the truth counts, else the default; a late truth changes nothing', () => {
    expect(judge(row(), known({ inTime: truth(3) }), withDefault).outcome).toMatchObject({ reward: 1, counted: true });
    const stoodIn = { reward: 0.25, truthSeq: null, late: false, counted: true, truthAt: null, kept: null };
    expect(judge(row(), known(), withDefault).outcome).toEqual(stoodIn);
    expect(judge(row(), known({ late: truth(3) }), withDefault).outcome).toEqual(stoodIn);
    expect(judge(failed, known(), withDefault).outcome).toMatchObject({ reward: 0, counted: true });
  });
});

describe('the default', () => {
  it('stands in for nothing that is in no statistic', () => {
    expect(judge(row({ role: 'fallback' }), known(), withDefault).outcome).toBeNull();
    expect(judge(row({ pinned: true }), known(), withDefault).outcome).toBeNull();
    expect(judge(row({ role: 'fallback' }), known({ late: truth(3) }), withDefault).outcome).toMatchObject({
      late: true,
    });
    expect(judge(row({ role: 'shadow' }), known(), withDefault).outcome).toMatchObject({ reward: 0.25, counted: true });
  });
});

describe('a truth that does not fit', () => {
  it('scores nobody when it is the truth’s fault', () => {
    expect(judge(row(), known({ inTime: truth([1, 2], '9') }), rule({ metric: 'squared-error' }))).toEqual({
      outcome: null,
      error: { truthSeq: '9', message: expect.stringMatching(/2 numbers/) as string },
    });
  });

  it('counts like a failure when it is the answer’s', () => {
    const judged = judge(row({ response: { outputs: [] } }), known({ inTime: truth(3) }), rule());
    expect(judged.outcome).toMatchObject({ reward: 0, counted: true });
    expect(judged.error?.message).toMatch(/which output/);
  });
});

describe('a direct reward', () => {
  const reward = { seq: '1', truth: null, reward: 2, at: 5 };
  const direct = rule({ metric: 'reward' });
  it('is of what was answered: never of a shadow', () => {
    expect(judge(row(), known({ inTime: reward }), direct).outcome).toMatchObject({ reward: 2 });
    expect(judge(row({ role: 'fallback' }), known({ inTime: reward }), direct).outcome).toMatchObject({ reward: 2 });
    expect(judge(row({ role: 'shadow' }), known({ inTime: reward }), direct)).toEqual({ outcome: null, error: null });
    expect(judge(failed, known({ inTime: reward }), direct).outcome).toBeNull();
  });
});
