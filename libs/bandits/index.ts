/** Pure allocation: posteriors, the probability of being best, and one policy a file. */
export * from './arm-statistics.js';
export * from './kl-ucb-index.js';
export * from './linear-model.js';
export * from './log-probability-of-best.js';
export * from './normal-inverse-gamma.js';
export * from './policies/index.js';
export * from './policies/ucb1.js';
export * from './policy.js';
export * from './posterior-of-arm.js';
export * from './posterior.js';
export * from './probability-of-best.js';
export * from './recent-sums.js';
export * from './squarecb-weights.js';
export * from './top-two-allocation.js';
export * from './value-remaining.js';
export * from './with-floor.js';
