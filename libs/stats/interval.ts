/** A set of values that the data have not ruled out: [lower, upper]; ±Infinity where nothing is known on that side. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
}
