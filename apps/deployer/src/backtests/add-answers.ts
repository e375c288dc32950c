import type { ArmEvidence, PairEvidence } from '#contracts';
import { addRewards, type GivenTruth, judge, type ScoringRule } from '#scoring';
import type { BacktestEvidence } from './backtest.js';

/** One answer, as the log or the backtest has it. */
export interface Answered {
  readonly status: 'ok' | 'error' | 'expired';
  readonly response: unknown;
}

/** A request of the past that both have answered, with the truth known by now. */
export interface AnsweredTwice {
  /** ms since 1970. */
  readonly requestedMs: number;
  readonly champion: Answered;
  readonly shadow: Answered;
  /** The newest that came within the window. */
  readonly truth: GivenTruth | null;
}

/** How the two versions' answers are scored: the rule, and which output the truth looks at in each. */
export interface BacktestRules {
  readonly champion: ScoringRule;
  readonly shadow: ScoringRule;
}

/**
 * The evidence with these requests too, as a shadow's would have been kept had it seen them live: by the same judgement, on the
 * same requests.
 *
 * @param now ms since 1970: with `missing: default` a request counts once its window has closed
 */
export function addAnswers(
  before: BacktestEvidence,
  requests: readonly AnsweredTwice[],
  rules: BacktestRules,
  now: number,
): BacktestEvidence {
  const champion: ArmEvidence = { ...before.champion };
  const pair: PairEvidence = { ...before.pair };
  for (const request of requests) {
    const failed = request.champion.status === 'ok' ? 0 : 1;
    champion.requests += 1;
    champion.units += 1;
    champion.errors += failed;
    champion.errorSum += failed;
    pair.requests += 1;
    pair.errors += request.shadow.status === 'ok' ? 0 : 1;

    const { missing, window } = rules.champion;
    const closed = missing === 'drop' || request.requestedMs + window <= now;
    const known = { inTime: request.truth, late: null, closed };
    const a = judge({ role: 'primary', pinned: false, ...request.champion }, known, rules.champion).outcome;
    if (a?.counted !== true) continue;
    champion.scored += 1;
    champion.sum += a.reward;
    champion.sumSquares += a.reward ** 2;
    const b = judge({ role: 'shadow', pinned: false, ...request.shadow }, known, rules.shadow).outcome;
    if (b?.counted === true) addRewards(pair, a.reward, b.reward);
  }
  return { champion, pair };
}
