import { check, checkAlpha, checkFinite, checkProbability, normalUpperQuantile } from '#stats';

/** Logged requests: the reward each earned, the propensity of the arm that answered when it did, and under the policy asked about. */
export interface LoggedRewards {
  readonly rewards: readonly number[];
  readonly loggedPropensities: readonly number[];
  readonly targetPropensities: readonly number[];
  /** Error level of the interval (default .05), two-sided. */
  readonly alpha?: number;
}

/** The value of a policy by a log that another one wrote. */
export interface OffPolicyEstimate {
  /** Mean reward a request. */
  readonly value: number;
  readonly standardError: number;
  /** (Σw)²/Σw²: how many requests of the policy's own this log is worth. */
  readonly effectiveSampleSize: number;
  /** Normal interval for one fixed look; no guarantee where the log was written adaptively. */
  readonly lower: number;
  readonly upper: number;
}

/**
 * Inverse propensity score: mean of w·r, w = target / logged propensity. Unbiased; the standard error is sd(w·r, n − 1)/√n.
 * @throws RangeError for no rows, unequal lengths, or a logged propensity of 0
 */
export function inversePropensityScore(log: LoggedRewards): OffPolicyEstimate {
  const weights = importanceWeights(log);
  return fromTerms(
    log.rewards.map((reward, i) => (weights[i] ?? 0) * reward),
    weights,
    log.alpha,
  );
}

/**
 * Self-normalised inverse propensity score: Σw·r / Σw. Slightly biased, far steadier where weights vary; standard error by the delta method.
 * @throws RangeError as `inversePropensityScore`, and where all weights are 0
 */
export function selfNormalizedInversePropensityScore(log: LoggedRewards): OffPolicyEstimate {
  const weights = importanceWeights(log);
  const total = sumOf(weights);
  check(total > 0, 'targetPropensities must not all be 0', total);
  const value = sumOf(log.rewards.map((reward, i) => (weights[i] ?? 0) * reward)) / total;
  const n = weights.length;
  const squares = sumOf(log.rewards.map((reward, i) => ((weights[i] ?? 0) * (reward - value)) ** 2));
  const standardError = n < 2 ? NaN : Math.sqrt((squares * n) / (n - 1)) / total;
  return withInterval(value, standardError, weights, log.alpha);
}

/** Predicted rewards: of every arm for every request, and the propensities of the policy asked about, in the same order of arms. */
export interface PredictedRewards {
  readonly predictions: readonly (readonly number[])[];
  readonly targetDistributions: readonly (readonly number[])[];
  readonly alpha?: number;
}

/**
 * Direct method: mean of Σ_a π(a)·r̂(a). As right as the predictions are: no weights, and so no correction of their errors.
 * @returns effectiveSampleSize is the number of requests
 */
export function directMethod({ predictions, targetDistributions, alpha }: PredictedRewards): OffPolicyEstimate {
  const terms = expectedRewards(predictions, targetDistributions);
  return fromTerms(
    terms,
    terms.map(() => 1),
    alpha,
  );
}

/**
 * Doubly robust: the direct method, corrected by w·(r − r̂) of the arm that answered; right where either the propensities or the
 * predictions are.
 * @param chosen index of the arm that answered each request
 */
export function doublyRobust({
  rewards,
  loggedPropensities,
  chosen,
  predictions,
  targetDistributions,
  alpha,
}: PredictedRewards & {
  readonly rewards: readonly number[];
  readonly loggedPropensities: readonly number[];
  readonly chosen: readonly number[];
}): OffPolicyEstimate {
  const expected = expectedRewards(predictions, targetDistributions);
  check(expected.length === rewards.length, 'predictions must be as many as rewards', expected.length);
  check(chosen.length === rewards.length, 'chosen must be as many as rewards', chosen.length);
  const targetPropensities = chosen.map((arm, i) => {
    const propensity = targetDistributions[i]?.[arm];
    check(propensity !== undefined, `chosen[${i}] must be the index of an arm`, arm);
    return propensity;
  });
  const weights = importanceWeights({ rewards, loggedPropensities, targetPropensities });
  const terms = rewards.map((reward, i) => {
    const predicted = predictions[i]?.[chosen[i] ?? 0] ?? 0;
    return (expected[i] ?? 0) + (weights[i] ?? 0) * (reward - predicted);
  });
  return fromTerms(terms, weights, alpha);
}

function importanceWeights({ rewards, loggedPropensities, targetPropensities }: LoggedRewards): number[] {
  check(rewards.length > 0, 'rewards must hold at least one row', rewards.length);
  check(
    loggedPropensities.length === rewards.length && targetPropensities.length === rewards.length,
    'rewards, loggedPropensities and targetPropensities must be equally many',
    `${rewards.length}, ${loggedPropensities.length} and ${targetPropensities.length}`,
  );
  return rewards.map((reward, i) => {
    const logged = loggedPropensities[i] ?? NaN;
    const target = targetPropensities[i] ?? NaN;
    checkFinite(`rewards[${i}]`, reward);
    check(logged > 0 && logged <= 1, `loggedPropensities[${i}] must be greater than 0 and at most 1`, logged);
    checkProbability(`targetPropensities[${i}]`, target);
    return target / logged;
  });
}

function expectedRewards(
  predictions: readonly (readonly number[])[],
  targetDistributions: readonly (readonly number[])[],
): number[] {
  check(predictions.length > 0, 'predictions must hold at least one row', predictions.length);
  check(
    predictions.length === targetDistributions.length,
    'predictions and targetDistributions must be equally many',
    `${predictions.length} and ${targetDistributions.length}`,
  );
  return predictions.map((row, i) => {
    const distribution = targetDistributions[i] ?? [];
    check(row.length === distribution.length, `predictions[${i}] must have one number an arm`, row.length);
    for (const propensity of distribution) checkProbability(`an element of targetDistributions[${i}]`, propensity);
    const total = sumOf(distribution);
    check(Math.abs(total - 1) < 1e-6, `targetDistributions[${i}] must sum to 1`, total);
    for (const predicted of row) checkFinite(`an element of predictions[${i}]`, predicted);
    return sumOf(row.map((predicted, arm) => predicted * (distribution[arm] ?? 0)));
  });
}

function fromTerms(terms: readonly number[], weights: readonly number[], alpha?: number): OffPolicyEstimate {
  const n = terms.length;
  const value = sumOf(terms) / n;
  const squares = sumOf(terms.map((term) => (term - value) ** 2));
  const standardError = n < 2 ? NaN : Math.sqrt(squares / (n - 1) / n);
  return withInterval(value, standardError, weights, alpha);
}

/** One row tells nothing of its spread: standard error NaN, interval (−∞, ∞). */
function withInterval(
  value: number,
  standardError: number,
  weights: readonly number[],
  alpha = 0.05,
): OffPolicyEstimate {
  checkAlpha(alpha);
  const total = sumOf(weights);
  const effectiveSampleSize = total === 0 ? 0 : (total * total) / sumOf(weights.map((weight) => weight * weight));
  const radius = Number.isNaN(standardError) ? Infinity : normalUpperQuantile(alpha / 2) * standardError;
  return { value, standardError, effectiveSampleSize, lower: value - radius, upper: value + radius };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
