import { betaBinomialConcentration, digamma, findRoot, logBeta, type Counts, type Interval } from '#stats';

/** Both arms within one stretch of constant weights. */
export interface RateStratum {
  readonly candidate: Counts;
  readonly champion: Counts;
  /** Trials of each arm near which the sequence should be tightest: fixed before the data. */
  readonly tuning: { readonly candidate: number; readonly champion: number };
}

/**
 * Confidence sequence for the difference candidate − champion of rates (rewards in [0, 1]), formed within each stratum and combined.
 *
 * Each arm of each stratum has a beta-binomial e-value against its rate; their product is a martingale at the true rates, whatever
 * they are and however they drift from stratum to stratum, so the rates for which it stays under 1/alpha cover the true ones at all
 * looks together with probability ≥ 1 − alpha. The interval is the range over that region of Σ c_k (p_k − q_k), c_k proportional to n₁n₀/(n₁+n₀).
 * Because the region covers all rates at once, it covers any weighting of them, also one that follows the counts. One region for both arms
 * is tighter than the difference of two intervals at alpha/2. The bound is computed on the Lagrangian's dual side, which can only be too wide.
 * @param alpha two-sided error level over all looks
 */
export function combinedRateDifference({
  strata,
  alpha,
}: {
  strata: readonly RateStratum[];
  alpha: number;
}): Interval & { estimate: number | null } {
  const weights = strata.map(({ candidate, champion }) => harmonic(candidate.trials, champion.trials));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return { lower: -1, upper: 1, estimate: null };
  const terms = strata.map((stratum, i) => ({ ...stratum, weight: (weights[i] ?? 0) / total }));
  const estimate = terms.reduce(
    (sum, { candidate, champion, weight }) =>
      weight === 0
        ? sum
        : sum + weight * (candidate.successes / candidate.trials - champion.successes / champion.trials),
    0,
  );
  const swapped = terms.map(({ candidate, champion, tuning, weight }) => ({
    candidate: champion,
    champion: candidate,
    tuning: { candidate: tuning.champion, champion: tuning.candidate },
    weight,
  }));
  return { lower: lowerBound(terms, alpha), upper: -lowerBound(swapped, alpha), estimate };
}

/** n₁n₀/(n₁+n₀): the information on a difference. */
export const harmonic = (n: number, m: number): number => (n + m === 0 ? 0 : (n * m) / (n + m));

interface Term extends Counts {
  readonly weight: number;
  readonly concentration: number;
}

/** The smallest Σ weight·(p − q) of the region. With q turned into 1 − q every term is to be made small, and 1 is taken off at the end. */
function lowerBound(strata: readonly (RateStratum & { weight: number })[], alpha: number): number {
  const threshold = -Math.log(alpha);
  const terms = strata.flatMap(({ candidate, champion, tuning, weight }): Term[] => [
    { ...candidate, weight, concentration: betaBinomialConcentration(alpha, tuning.candidate) },
    {
      successes: champion.trials - champion.successes,
      trials: champion.trials,
      weight,
      concentration: betaBinomialConcentration(alpha, tuning.champion),
    },
  ]);
  return Math.max(-1, greatestDual(terms, threshold) - 1);
}

/** The multiplier that would be right if every e-value were that of a normal mean. */
function initialMultiplier(terms: readonly Term[], threshold: number): number {
  let variance = 0;
  let slack = threshold;
  for (const { successes, trials, weight, concentration } of terms) {
    const rate = (successes + 0.5) / (trials + 1);
    if (trials > 0) variance += (weight * weight * rate * (1 - rate)) / trials;
    slack += 0.5 * Math.log1p(trials / concentration);
  }
  return Math.sqrt(variance / (2 * slack)) || 1e-6;
}

/**
 * The greatest value of the dual Σ min_p (weight·p + λ ln E(p)) − λ·threshold. It is concave in λ, and its slope there is Σ ln E − threshold at the
 * minimising rates: where that is 0 lies the maximum. Any λ gives a valid bound, the best one the tightest.
 */
function greatestDual(terms: readonly Term[], threshold: number): number {
  let best = -Infinity;
  /** Minimising rates of the last look: the next are near. */
  const rates = terms.map(({ successes, trials }) => (successes + 0.5) / (trials + 1));
  const slopeAt = (logLambda: number): number => {
    const lambda = Math.exp(logLambda);
    let value = -lambda * threshold;
    let slope = -threshold;
    for (const [i, term] of terms.entries()) {
      if (term.trials === 0) continue;
      const p = minimiser(term, lambda, rates[i] ?? 0.5);
      const evidence = logE(term, p);
      rates[i] = p;
      value += term.weight * p + lambda * evidence;
      slope += evidence;
    }
    best = Math.max(best, value);
    return slope;
  };
  const start = Math.log(initialMultiplier(terms, threshold));
  const rises = slopeAt(start) > 0;
  let [near, far] = [start, start];
  for (let i = 0; i < 40; i++) {
    far += rises ? 0.5 : -0.5;
    if (slopeAt(far) > 0 !== rises) break;
    near = far;
  }
  findRoot(slopeAt, near, far, 1e-3);
  return best;
}

/**
 * The p at which weight·p + λ ln E(p) is least: where its slope, times p(1 − p) so that it has no poles and is nearly a line, is 0. By Newton's
 * method within bounds. Without a success it grows from 0 on; without a failure it may fall up to 1.
 */
function minimiser({ successes, trials, weight, concentration }: Term, lambda: number, start: number): number {
  const failures = trials - successes;
  /** Slope of weight·p + λ ln E(p), without the parts of it that grow beyond all bounds at 0 and 1. */
  const smooth = (p: number): number => {
    const a = p * concentration + 0.5;
    const b = (1 - p) * concentration + 0.5;
    return weight + lambda * concentration * (digamma(a + successes) - digamma(a) - digamma(b + failures) + digamma(b));
  };
  if (successes === 0) return 0;
  if (failures === 0 && smooth(1) <= lambda * trials) return 1;
  let [low, high, p] = [0, 1, Math.min(Math.max(start, 1e-12), 1 - 1e-12)];
  for (let i = 0; i < 100; i++) {
    const slope = smooth(p);
    // Without a failure 1 − p is a factor of both parts: left out, so that 1 is no root.
    const [value, steepness] =
      failures === 0
        ? [slope * p - lambda * trials, slope]
        : [slope * p * (1 - p) + lambda * (trials * p - successes), slope * (1 - 2 * p)];
    if (value > 0) high = p;
    else low = p;
    const newton = p - value / (steepness + (lambda * trials * trials) / (trials + concentration));
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    const close = 1e-5 * Math.sqrt((next * (1 - next)) / trials);
    const moved = Math.abs(next - p);
    p = next;
    if (moved <= close) break;
  }
  return p;
}

/**
 * ln E(p) with the prior Beta(pc + ½, (1 − p)c + ½): like the centred one of `betaBinomialLogEValue`, and with a floor that keeps it from
 * collapsing at rates near 0 and 1, where a fractional success would leave E without a bound from below. Any prior is valid that the data did not choose.
 */
function logE({ successes, trials, concentration }: Term, p: number): number {
  const failures = trials - successes;
  if ((p <= 0 && successes > 0) || (p >= 1 && failures > 0)) return Infinity;
  const a = p * concentration + 0.5;
  const b = (1 - p) * concentration + 0.5;
  const hits = successes === 0 ? 0 : successes * Math.log(p);
  const misses = failures === 0 ? 0 : failures * Math.log1p(-p);
  return logBeta(a + successes, b + failures) - logBeta(a, b) - hits - misses;
}
