export * from './artifact-roots.js';
export * from './config.js';
export * from './logger.js';
export * from './platform.module.js';
export * from './readiness.js';
export * from './run-service.js';
export * from './service-info.js';
export * from './start-service.js';
export { Registry } from 'prom-client';
