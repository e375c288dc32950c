import type { TestProject } from 'vitest/node';
import { startTestServers, type TestServers } from './test-servers.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** `host:port` by commas. */
    kafkaBrokers: string;
    databaseUrl: string;
  }
}

// Each project has its own copy of this module, so what they share hangs on the process: one Kafka and one Postgres for
// all of them, stopped after the last.
interface Shared {
  users: number;
  servers: Promise<TestServers> | undefined;
}
const key = Symbol.for('understudy.test-servers');
const holder = globalThis as unknown as Record<symbol, Shared | undefined>;
const shared = (holder[key] ??= { users: 0, servers: undefined });

/** Gives a vitest project real Kafka and Postgres: those of KAFKA_BROKERS and DATABASE_URL, else its own on free ports. */
export async function setup(project: TestProject): Promise<void> {
  shared.users += 1;
  const servers = await (shared.servers ??= startTestServers());
  project.provide('kafkaBrokers', servers.brokers);
  project.provide('databaseUrl', servers.databaseUrl);
}

export async function teardown(): Promise<void> {
  shared.users -= 1;
  if (shared.users > 0) return;
  const servers = shared.servers;
  shared.servers = undefined;
  await (await servers)?.stop();
}
