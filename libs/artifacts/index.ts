export * from './artifact-cache.js';
export * from './sha256-of.js';
export * from './write-verified.js';
