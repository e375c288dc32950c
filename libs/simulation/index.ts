/** The strategies against a modelled world: what a manifest would do, and how long it would take, before anyone is exposed to it. */
export * from './binomial.js';
export * from './ledger.js';
export { ruleOf } from './manifest-parts.js';
export { timelineParts } from './share-timeline.js';
export * from './simulate-run.js';
export * from './summarize.js';
export * from './world-problems.js';
export * from './world.js';
