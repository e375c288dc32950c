/** The strategies: pure functions from what is known to what the traffic does. */
export * from './arm-interval.js';
export * from './combined-mean-difference.js';
export * from './combined-rate-difference.js';
export * from './registered.js';
export * from './registry.js';
export * from './reward.js';
export * from './step-evidence.js';
export * from './strategy.js';
export * from './truth-pace.js';
export * from './wait-estimate.js';
