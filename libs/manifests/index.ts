/** Manifests: what an operator writes, checked as a whole. */
export * from './parse-manifest.js';
export * from './problem.js';
export type { ManifestStrategy } from './strategy-problems.js';
