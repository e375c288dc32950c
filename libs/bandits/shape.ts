/**
 * A posterior as quadrature sees it: a density over an unbounded coordinate in which arms of one kind keep their order.
 * Beta posteriors are seen over ln(x/(1−x)), where their density is smooth also for parameters under 1.
 */
export interface Shape {
  /** Coordinate of the greatest density. */
  readonly mode: number;
  /** ln of the density at the mode, normalised. */
  readonly logPeak: number;
  /** ln density less `logPeak`. */
  readonly logDensity: (y: number) => number;
  /** Derivative of `logDensity`. */
  readonly slope: (y: number) => number;
  /** Whether the density may fall more slowly than an exponential. */
  readonly heavyTailed: boolean;
  /** ln P(arm's mean ≤ the value at y), without underflow. */
  readonly logCdf: (y: number) => number;
  /** Rising; between two of them the density changes by a few nats at most, and outside there is no mass worth counting. */
  readonly edges: Float64Array;
}

/** Falls of the log density, in nats, at which panels are split: for a normal density .7 standard deviations apart, up to 9.1. */
export const falls = Array.from({ length: 13 }, (_, k) => 0.5 * (0.7 * (k + 1)) ** 2);
