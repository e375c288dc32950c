import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { buildIfNeeded } from './build.mjs';
import { exitOf } from './children.mjs';
import { startKafka } from './local-kafka.mjs';
import { removePostgresData, startPostgres } from './local-postgres.mjs';
import { freePort } from './ports.mjs';
import { report } from './problem.mjs';
import { pinnedNode } from './node-24.mjs';
import { quietKafkajs } from './quiet-kafkajs.mjs';
import { repository } from './repository.mjs';

/**
 * A log of millions of rows does not stand on a laptop's settings: a quarter of the memory, as Postgres's manual advises, and room between
 * two checkpoints.
 */
const settings = { shared_buffers: `${Math.floor(totalmem() / 4 / 1024 ** 2)}MB`, max_wal_size: '4GB' };

/**
 * `npm run bench [-- NAME …]`: builds, starts a Kafka and a Postgres of its own on free ports (or takes KAFKA_BROKERS and
 * DATABASE_URL), and runs bench/main.ts against them.
 */
async function main(args) {
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stopped.abort());
  const { signal } = stopped;

  quietKafkajs();
  await buildIfNeeded(repository);
  const folder = mkdtempSync(join(tmpdir(), 'understudy-bench-'));
  // Run by root, Postgres is another user, who has to get through here.
  chmodSync(folder, 0o755);
  const servers = [];
  try {
    const env = { ...process.env, KAFKAJS_NO_PARTITIONER_WARNING: '1' };
    const shared = {};
    if (!env.KAFKA_BROKERS) {
      console.log('Starting Kafka.');
      const dataDir = join(folder, 'kafka');
      const kafka = await startKafka({ dataDir, port: await freePort(), log: join(folder, 'kafka.log'), signal });
      servers.push(kafka);
      env.KAFKA_BROKERS = kafka.brokers;
      shared.kafka = kafka.pid;
    }
    if (!env.DATABASE_URL) {
      console.log('Starting Postgres.');
      const dataDir = join(folder, 'postgres');
      const postgres = await startPostgres({
        dataDir,
        port: await freePort(),
        log: join(folder, 'postgres.log'),
        settings,
        signal,
      });
      servers.push({ ...postgres, stop: () => postgres.stop().then(() => removePostgresData(dataDir)) });
      env.DATABASE_URL = postgres.url;
      shared.postgres = postgres.pid;
    }
    env.BENCH_SHARED = JSON.stringify(shared);
    return await bench(args, env, signal);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The exit code of the benchmarks; ctrl-C reaches them by itself, since they are in the same group. */
async function bench(args, env, signal) {
  const options = ['--enable-source-maps', '--disable-warning=TimeoutNegativeWarning'];
  const child = spawn(pinnedNode(repository), [...options, 'dist/bench/main.js', ...args], {
    cwd: repository,
    stdio: 'inherit',
    env,
  });
  signal.addEventListener('abort', () => child.kill('SIGTERM'));
  const { code } = await exitOf(child);
  return code ?? 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  report(error);
  process.exitCode = 1;
}
