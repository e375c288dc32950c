import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Benchmark, Context, Result } from './benchmark.js';
import { benchmarks } from './benchmarks.js';
import { judge } from './goals.js';
import { describeMachine, describePostgres } from './harness/machine.js';
import { describeProfile, summariseProfiles } from './harness/profile.js';
import { deleteTopics } from './harness/topics.js';
import { readOptions, type Options } from './options.js';
import { render, write } from './report.js';

/**
 * Runs the chosen benchmarks one after the other on one broker and one database. `tools/bench.mjs` starts both and says
 * where they are: KAFKA_BROKERS, DATABASE_URL, and in BENCH_SHARED their process ids by name as JSON.
 */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), benchmarks);
  const { concurrents, warmUpMs, measureMs, scale, logRows } = options;
  const machine = describeMachine();
  const postgres = await describePostgres(needed('DATABASE_URL'));
  const date = new Date().toISOString();

  const results: Record<string, Result & { title: string }> = {};
  const failures: Record<string, string> = {};
  for (const [name, benchmark] of inOrder(options.chosen)) {
    const title = name === benchmark.name ? benchmark.title : `${benchmark.title}, once more`;
    console.log(`\n${title}`);
    try {
      results[name] = { title, ...(await runOne(name, benchmark, options)) };
    } catch (error) {
      failures[name] = error instanceof Error ? (error.stack ?? error.message) : String(error);
      console.log(`  failed: ${failures[name]}`);
    }
  }
  const effort = { concurrents, warmUpMs, measureMs, scale, logRows };
  const run = { date, machine, postgres, effort, results, failures, goals: judge(results) };
  console.log(`\n${render(run)}\n\nAll figures: ${write(run, options.name, resolve('bench/results'))}`);
  if (Object.keys(failures).length > 0) process.exitCode = 1;
}

/** The floor comes once more at the end where others ran after it: what differs is the machine. */
function inOrder(chosen: readonly Benchmark[]): [string, Benchmark][] {
  const order = chosen.map((benchmark): [string, Benchmark] => [benchmark.name, benchmark]);
  const floor = chosen.find(({ name }) => name === 'floor');
  return floor === undefined || chosen.length === 1 ? order : [...order, ['floor-again', floor]];
}

async function runOne(name: string, benchmark: Benchmark, options: Options): Promise<Result> {
  const brokers = needed('KAFKA_BROKERS').split(',');
  const prefix = `bench-${process.pid}-${name}`;
  const folder = mkdtempSync(join(tmpdir(), `understudy-${prefix}-`));
  const profiles = options.profile ? resolve('bench/results/profiles', prefix) : undefined;
  if (profiles !== undefined) mkdirSync(profiles, { recursive: true });
  const context: Context = {
    ...options,
    brokers,
    databaseUrl: needed('DATABASE_URL'),
    prefix,
    shared: JSON.parse(process.env.BENCH_SHARED ?? '{}') as Record<string, number>,
    folder,
    profiles,
    say: (line) => console.log(`  ${line}`),
  };
  try {
    const result = await benchmark.run(context);
    if (profiles !== undefined) console.log(summariseProfiles(profiles).map(describeProfile).join('\n\n'));
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await deleteTopics(brokers, prefix);
  }
}

function needed(variable: string): string {
  const value = process.env[variable];
  if (value === undefined || value === '') throw new Error(`${variable} is not set: start this by npm run bench`);
  return value;
}

// Processes that were started end with this one's exit, which a signal alone would not bring about.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
await main();
