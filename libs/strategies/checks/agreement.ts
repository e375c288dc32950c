import type { Check, PairEvidence } from '#contracts';
import { asymptoticConfidenceSequence, betaBinomialConfidenceSequence, minimumAsymptoticSample } from '#stats';
import type { RewardKind } from '../reward.js';
import { figure, percent, signed } from '../words.js';

/** Level of the intervals shown: they gate nothing, so that they take no part of the rollout's. */
const alpha = 0.05;

/**
 * How alike shadow and champion answer the same requests, before any truth: the share of equal answers, or, where answers are numbers and rewards are
 * real-valued, as in a regression, the mean difference. For people; a shadow that differs may be the better one.
 */
export function agreementCheck(pair: PairEvidence, reward: RewardKind): Check {
  const { compared = 0, numeric = 0 } = pair;
  const isNumeric = reward.kind === 'real' && numeric === compared;
  const named = { name: 'agreement', version: pair.shadow, outcome: 'info' } as const;
  if (compared === 0)
    return { ...named, detail: `no request that ${pair.shadow} and ${pair.champion} both answered yet` };
  return { ...named, ...(isNumeric ? difference(pair, numeric) : agreement(pair, compared)) };
}

function agreement({ shadow, champion, agreed = 0 }: PairEvidence, compared: number): Omit<Check, 'name' | 'outcome'> {
  const successes = Math.min(agreed, compared);
  const { lower, upper } = betaBinomialConfidenceSequence({ successes, trials: compared, alpha, tuningTrials: 1000 });
  const value = successes / compared;
  const detail = `${shadow} answers the same as ${champion} in ${percent(value)} of ${figure(compared)} requests, between ${percent(lower)} and ${percent(upper)}`;
  return { value, lower, upper, detail };
}

function difference(
  { shadow, champion, answerDifference = 0, answerSquaredDifference = 0 }: PairEvidence,
  n: number,
): Omit<Check, 'name' | 'outcome'> {
  const mean = answerDifference / n;
  const variance = Math.max(0, answerSquaredDifference / n - mean * mean);
  const words = `answers of ${shadow} − ${champion}: ${signed(mean)} on average of ${figure(n)} requests`;
  if (n < minimumAsymptoticSample) return { value: mean, detail: words };
  const { lower, upper } = asymptoticConfidenceSequence({ n, mean, variance, alpha, tuningN: 1000 });
  if (!Number.isFinite(lower)) return { value: mean, detail: words };
  return { value: mean, lower, upper, detail: `${words}, between ${signed(lower)} and ${signed(upper)}` };
}
