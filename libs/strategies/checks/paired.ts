import type { Check, PairEvidence } from '#contracts';
import {
  asymptoticConfidenceSequence,
  betaBinomialConfidenceSequence,
  mcnemarLogEValue,
  minimumAsymptoticSample,
  type Interval,
} from '#stats';
import { orientedPair, type RewardKind } from '../reward.js';
import { figure, signed } from '../words.js';

export interface PairedQuestion {
  readonly pair: PairEvidence;
  readonly reward: RewardKind;
  /** Error level for everything said of this pair's rewards, over all looks. */
  readonly alpha: number;
  /** Differences within ± margin count as none; absent: equivalence is not asked. */
  readonly margin: number | undefined;
  readonly tuning: number;
}

/** What the pairs show of the shadow against the champion on the same requests; `open` where neither is shown yet. */
export type PairedFinding = 'better' | 'worse' | 'equivalent' | 'open';

/**
 * Compares a shadow with the champion on the very same requests. Rewards that are all 0 or 1: the anytime-valid McNemar test on the pairs where only one was right says
 * which is better, and the interval of the difference (exact: the rates of such pairs, half the level each) whether they are equivalent; where both are asked, each
 * has half of the level. Other rewards: one asymptotic sequence of the paired difference says all three.
 */
export function pairedCheck(question: PairedQuestion): { finding: PairedFinding; check: Check } {
  const pair = orientedPair(question.pair, question.reward);
  return isSignOnly(pair) ? binary(pair, question) : numeric(pair, question);
}

/** Every difference is −1, 0 or 1: not so for rewards of several rows, whose mean lies between. */
const isSignOnly = ({ better, worse, sumSquaredDifference }: PairEvidence): boolean =>
  Math.abs(sumSquaredDifference - (better + worse)) < 1e-6;

function binary(
  pair: PairEvidence,
  { alpha, margin, tuning }: PairedQuestion,
): { finding: PairedFinding; check: Check } {
  const level = margin === undefined ? alpha : alpha / 2;
  const threshold = -Math.log(level);
  const value = mcnemarLogEValue({ b: pair.better, c: pair.worse, alternative: 'two-sided' });
  const difference = differenceOfRates(pair, level, tuning);
  const directed = value >= threshold && pair.better !== pair.worse;
  const finding = directed
    ? pair.better > pair.worse
      ? 'better'
      : 'worse'
    : within(difference, margin)
      ? 'equivalent'
      : 'open';
  return {
    finding,
    check: {
      ...describe(pair, finding, difference),
      value,
      threshold,
      detail:
        `${pair.shadow} alone was right ${figure(pair.better)} times, ${pair.champion} alone ${figure(pair.worse)} times in ${figure(pair.scored)} pairs ` +
        `(ln e ${figure(value)}, needs ${figure(threshold)}); ${words[finding](pair)}`,
    },
  };
}

function numeric(
  pair: PairEvidence,
  { alpha, margin, tuning }: PairedQuestion,
): { finding: PairedFinding; check: Check } {
  const difference = meanDifference(pair, alpha, tuning);
  const finding =
    difference.lower > 0
      ? 'better'
      : difference.upper < 0
        ? 'worse'
        : within(difference, margin)
          ? 'equivalent'
          : 'open';
  const mean = pair.scored === 0 ? undefined : pair.sumDifference / pair.scored;
  return {
    finding,
    check: {
      ...describe(pair, finding, difference),
      ...(mean === undefined ? {} : { value: mean }),
      threshold: 0,
      detail:
        `paired difference ${mean === undefined ? 'unknown' : signed(mean)} in ${figure(pair.scored)} pairs, ` +
        `between ${signed(difference.lower)} and ${signed(difference.upper)}; ${words[finding](pair)}`,
    },
  };
}

const words: Record<PairedFinding, (pair: PairEvidence) => string> = {
  better: ({ shadow, champion }) => `${shadow} is better than ${champion}`,
  worse: ({ shadow, champion }) => `${shadow} is worse than ${champion}`,
  equivalent: ({ shadow, champion }) => `${shadow} and ${champion} do not differ by more than the margin`,
  open: () => 'neither is shown to be better',
};

function describe(pair: PairEvidence, finding: PairedFinding, { lower, upper }: Interval) {
  const outcome: Check['outcome'] =
    finding === 'better' ? 'pass' : finding === 'worse' ? 'fail' : finding === 'open' ? 'wait' : 'info';
  const bounds = Number.isFinite(lower) ? { lower, upper } : {};
  return { name: 'reward', version: pair.shadow, outcome, ...bounds };
}

const within = ({ lower, upper }: Interval, margin: number | undefined): boolean =>
  margin !== undefined && lower > -margin && upper < margin;

/** P(only the shadow right) − P(only the champion right), from an exact sequence for each. */
function differenceOfRates({ better, worse, scored }: PairEvidence, alpha: number, tuning: number): Interval {
  const rate = (successes: number): Interval =>
    betaBinomialConfidenceSequence({ successes, trials: scored, alpha: alpha / 2, tuningTrials: tuning });
  const [one, other] = [rate(better), rate(worse)];
  return { lower: one.lower - other.upper, upper: one.upper - other.lower };
}

function meanDifference(
  { scored, sumDifference, sumSquaredDifference }: PairEvidence,
  alpha: number,
  tuning: number,
): Interval {
  if (scored < minimumAsymptoticSample) return { lower: -Infinity, upper: Infinity };
  const mean = sumDifference / scored;
  const variance = Math.max(0, sumSquaredDifference / scored - mean * mean);
  return asymptoticConfidenceSequence({ n: scored, mean, variance, alpha, tuningN: tuning });
}
