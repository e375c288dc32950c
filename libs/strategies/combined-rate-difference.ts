import { betaBinomialConcentration, logBeta, type Counts, type Interval } from '#stats';

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
  const dual = (lambda: number): number =>
    terms.reduce((sum, term) => sum + smallest(term, lambda), 0) - lambda * threshold;
  return Math.max(-1, greatestOf(dual, initialMultiplier(terms, threshold)) - 1);
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

/** A maximum of a concave function of the logarithm of its argument: any point is a valid bound, the best one the tightest. */
function greatestOf(dual: (lambda: number) => number, start: number): number {
  let step = 0.5;
  let at = Math.log(start);
  let best = dual(start);
  for (let i = 0; i < 8; i++) {
    const [left, right] = [dual(Math.exp(at - step)), dual(Math.exp(at + step))];
    // The vertex of the parabola through the three points, within reach of them.
    const bend = left - 2 * best + right;
    const shift = bend < 0 ? (0.5 * step * (left - right)) / bend : Math.sign(right - left) * 2 * step;
    const next = at + Math.min(2 * step, Math.max(-2 * step, shift));
    const value = dual(Math.exp(next));
    const candidates: [number, number][] = [
      [best, at],
      [left, at - step],
      [right, at + step],
      [value, next],
    ];
    const before = best;
    [best, at] = candidates.reduce((a, b) => (b[0] > a[0] ? b : a));
    if (bend < 0 && Math.abs(shift) <= step) step /= 4;
    if (best - before < 1e-7 && i > 0) break;
  }
  return best;
}

/** min over p of weight·p + λ ln E(p), by golden section: it falls to one minimum at or under the observed rate. */
function smallest(term: Term, lambda: number): number {
  const value = (p: number): number => term.weight * p + lambda * logE(term, p);
  if (term.trials === 0) return 0;
  let low = 0;
  let high = 1;
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [atLeft, atRight] = [value(left), value(right)];
  for (let i = 0; i < 34; i++) {
    if (atLeft < atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - golden * (high - low);
      atLeft = value(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + golden * (high - low);
      atRight = value(right);
    }
  }
  return Math.min(atLeft, atRight, term.successes === 0 ? value(0) : Infinity);
}
const golden = (Math.sqrt(5) - 1) / 2;

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
