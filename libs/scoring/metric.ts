import type { z } from 'zod';

/** What kind of number a metric gives, and which way is better. */
export interface RewardKind {
  /** `binary`: 0 or 1 a row; `unit`: between 0 and 1; `real`: any number. */
  readonly kind: 'binary' | 'unit' | 'real';
  readonly goal: 'maximise' | 'minimise';
}

export interface MetricTraits extends RewardKind {
  /** What a request that failed counts for; null where there is no worst value. */
  readonly worst: number | null;
}

/**
 * What of the model's answer a metric looks at: `value`, one label or number a row; `scores`, a number a class (or
 * labels from the likeliest on); `nothing`, since the truth is the reward itself.
 */
export type Wanted = 'value' | 'scores' | 'nothing';

/** What is kept of a scored row beside its reward, so that figures that are no mean of rewards can be worked out of the log: see `Metric.keep`. */
export type Kept = Readonly<Record<string, number>>;

/** A row that is scored: its truth, and what of the answer the metric wants. */
export interface MetricRow<Options> {
  readonly truth: unknown;
  readonly answer: unknown;
  readonly options: Options;
}

/** One way to turn an answer and the truth into a reward. A new one is one file and one line in metrics/index.ts. */
export interface Metric<Options = unknown> {
  /** What `truth.metric` says. */
  readonly name: string;
  /** For the reference: what it measures, with its formula. */
  readonly description: string;
  /** `truth.options`; absent ones are parsed from `{}`. */
  readonly options: z.ZodType<Options>;
  readonly wants: Wanted;
  traits(options: Options): MetricTraits;
  /**
   * The reward of one row.
   * @throws ScoringError where truth or answer is not what the metric needs
   */
  score(row: MetricRow<Options>): number;
  /** Counts or scores to be kept with the outcome (outcomes.kept, an element a row); absent: none. Only of rows that can be scored. */
  keep?(row: MetricRow<Options>): Kept | undefined;
}

/** Keeps the type of the options within the metric; outside they are unknown, and its schema gives them back their type. */
export function metric<Options>(definition: Metric<Options>): Metric {
  const typed = (options: unknown) => definition.options.parse(options);
  return {
    ...definition,
    ...(definition.keep && { keep: (row) => definition.keep?.({ ...row, options: row.options as Options }) }),
    traits: (options) => definition.traits(typed(options)),
    score: (row) => definition.score({ ...row, options: row.options as Options }),
  };
}
