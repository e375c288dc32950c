import type { Evidence, Verdict } from '#contracts';
import type { RewardKind } from '#strategies';
import { strategyNamed } from '../rollouts/evaluate.js';
import type { Backtest, BacktestEvidence } from './backtest.js';

/** What the strategy `silent` says of a backtest: the live code, on evidence of the past. What was said once stays said. */
export function judgeBacktest(
  { endpoint, spec, state: before, from }: Pick<Backtest, 'endpoint' | 'spec' | 'state' | 'from'>,
  { champion, pair }: BacktestEvidence,
  reward: RewardKind,
  now: number,
): { verdict: Verdict; state: unknown } {
  const silent = strategyNamed('silent');
  const weights = { [champion.version]: 1 };
  const steps = [{ step: 0, from: from.getTime(), weights, arms: [champion] }];
  const evidence: Evidence = { endpoint, rollout: 1, seq: 0, at: now, steps, pairs: [pair], lagSeconds: 0 };
  const state = before ?? silent.begin({ spec, now });
  const evaluation = silent.evaluate({ spec, state, evidence, now, reward });
  return { verdict: evaluation.verdict, state: evaluation.state };
}
