/** Pure statistics behind every decision: confidence sequences, e-values and sample-ratio tests that may be looked at as often as one likes. */
export * from './asymptotic-difference.js';
export * from './beta-binomial.js';
export * from './beta-tail.js';
export * from './bisect.js';
export * from './check.js';
export * from './error-excess.js';
export * from './interval.js';
export * from './kl-bernoulli.js';
export * from './latency-quantile.js';
export * from './likelihood-ratio.js';
export * from './log-gamma.js';
export * from './mcnemar.js';
export * from './normal-mixture.js';
export * from './normal-quantile.js';
export * from './rate-difference.js';
export * from './sample-ratio.js';
