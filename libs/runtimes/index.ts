export * from './answer.js';
export * from './invalid-input.js';
export * from './question.js';
export * from './registry.js';
export * from './runtime.js';
export * from './sample-request.js';
export * from './tensor.js';
