/** Manifests: what an operator writes, checked as a whole. */
export * from './differences.js';
export * from './json-schema.js';
export * from './meaning.js';
export * from './parse-manifest.js';
export * from './problem.js';
export * from './read-documents.js';
export type { ManifestStrategy } from './strategy-problems.js';
export * from './update-manifest.js';
export * from './template.js';
