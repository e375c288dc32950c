/** The greatest count of false verdicts in so many runs that is compatible with an error level: three standard deviations above its mean. */
export function mostAllowed(runs: number, alpha: number): number {
  return Math.floor(alpha * runs + 3 * Math.sqrt(runs * alpha * (1 - alpha)));
}

/** Looks at 1, 2, …, `dense`, then ever further apart (by a factor), up to `last`. */
export function looksUpTo(last: number, dense = 20, factor = 1.15): number[] {
  const looks: number[] = [];
  for (let n = 1; n < last; n = n < dense ? n + 1 : Math.ceil(n * factor)) looks.push(n);
  return [...looks, last];
}
