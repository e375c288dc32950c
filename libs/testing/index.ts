/** Real Kafka and Postgres for tests, every service as a process, and clients for them. */
export * from './control-client.js';
export * from './digits.js';
export * from './eventually.js';
export * from './fresh.js';
export * from './http.js';
export * from './local-servers.js';
export * from './own-servers.js';
export * from './prediction-log.js';
export * from './recount.js';
export * from './repository.js';
export * from './service-process.js';
export * from './serving-client.js';
export * from './stack.js';
export * from './stage.js';
export * from './test-servers.js';
export * from './traffic.js';
export * from './upstream.js';
