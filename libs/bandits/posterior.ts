import { check, checkFinite, checkPositive } from '#stats';

/** What is known of an arm's mean reward in [0, 1]. */
export interface BetaPosterior {
  readonly kind: 'beta';
  readonly alpha: number;
  readonly beta: number;
}

/** What is known of an arm's mean real-valued reward: location + scale · t with the given degrees of freedom. */
export interface StudentTPosterior {
  readonly kind: 'student-t';
  readonly location: number;
  readonly scale: number;
  readonly degreesOfFreedom: number;
}

/** The posterior distribution of an arm's mean reward. */
export type Posterior = BetaPosterior | StudentTPosterior;

/** Throws a RangeError unless there is at least one posterior, each is proper, and all are of one kind. */
export function checkPosteriors(posteriors: readonly Posterior[]): void {
  check(posteriors.length > 0, 'posteriors must hold at least one arm', posteriors.length);
  const kinds = new Set(posteriors.map(({ kind }) => kind));
  check(kinds.size === 1, 'posteriors must all be of one kind', [...kinds].join(' and '));
  for (const posterior of posteriors) {
    if (posterior.kind === 'beta') {
      checkPositive('alpha of a posterior', posterior.alpha);
      checkPositive('beta of a posterior', posterior.beta);
    } else {
      checkFinite('location of a posterior', posterior.location);
      checkPositive('scale of a posterior', posterior.scale);
      checkPositive('degreesOfFreedom of a posterior', posterior.degreesOfFreedom);
    }
  }
}

/** Expected mean reward; for a Student t its location, also where it has too few degrees of freedom for a mean. */
export function posteriorMean(posterior: Posterior): number {
  return posterior.kind === 'beta' ? posterior.alpha / (posterior.alpha + posterior.beta) : posterior.location;
}

/** Variance of the mean reward; for a Student t with at most two degrees of freedom, which has none, Infinity. */
export function posteriorVariance(posterior: Posterior): number {
  if (posterior.kind === 'beta') {
    const { alpha, beta } = posterior;
    const total = alpha + beta;
    return (alpha * beta) / (total * total * (total + 1));
  }
  const { scale, degreesOfFreedom } = posterior;
  return degreesOfFreedom > 2 ? (scale * scale * degreesOfFreedom) / (degreesOfFreedom - 2) : Infinity;
}

/** The same arm looked at as a loss: what is greatest becomes least. */
export function negatePosterior(posterior: Posterior): Posterior {
  return posterior.kind === 'beta'
    ? { kind: 'beta', alpha: posterior.beta, beta: posterior.alpha }
    : { ...posterior, location: -posterior.location };
}
