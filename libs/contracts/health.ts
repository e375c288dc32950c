/** How far a column of the inputs, or the answers, are from the reference. */
export interface Drift {
  /** `pixels[12]`, or `answer`. */
  name: string;
  kind: 'numeric' | 'categorical';
  /** Population stability index: under 0.1 nothing to speak of, over 0.25 a shift. */
  psi: number;
  /** Kolmogorov-Smirnov's distance for numbers, χ² for labels. */
  statistic: number;
  /** For one look; with many columns and many looks small ones come by chance. */
  pValue: number;
}

/** How a shadow answers beside the champion in this rollout. */
export interface Agreement {
  champion: string;
  /** Requests that both answered, whose answers could be read. */
  compared: number;
  /** Share of the same answers. */
  agreed: number;
  /** Mean of (shadow − champion); null where answers are no numbers. */
  meanDifference: number | null;
}

/** What is known of a version without any truth: estimates, which at most hold a promotion, where the manifest says so. Times ISO 8601. */
export interface VersionHealth {
  at: string;
  /** Requests looked at: a sample of those of this time. */
  from: string;
  to: string;
  requests: number;
  /** What they are compared with; null where there is none yet. */
  reference: { version: string; from: string; to: string; requests: number } | null;
  /** Columns of the inputs: how many, how many of them drift, and those that drift most. */
  inputs: { columns: number; drifted: number; most: Drift[] } | null;
  answers: Drift | null;
  /** Null for what is no shadow, and before the first request that both answered. */
  agreement?: Agreement | null;
  /** By the model's own confidences, calibrated on answers of `calibratedOn` whose truth is known. */
  accuracy: {
    estimate: number;
    standardError: number;
    answers: number;
    calibratedOn: { version: string; answers: number };
  } | null;
}
