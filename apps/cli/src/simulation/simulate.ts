import type { Command } from 'commander';
import { parseManifest, type Manifest } from '#manifests';
import { summarize, worldProblems, worldWarnings } from '#simulation';
import { print } from '../output.js';
import { readManifest } from '../read-manifest.js';
import { worldOf, type WorldOptions } from './parse-world.js';
import { progressBar } from './progress-bar.js';
import { reportText } from './report.js';
import { runAll } from './run-all.js';
import { withKinds } from './with-kinds.js';

export interface SimulateOptions extends WorldOptions {
  readonly filename: string;
  readonly kinds?: string;
  readonly runs: number;
  readonly seed: number;
  readonly threads: number;
  readonly json?: boolean;
}

const widest = 80;

/** Reads the manifest, plays all runs, and says what came out. */
export async function simulate(options: SimulateOptions, command: Command): Promise<void> {
  const manifest = await manifestOf(options.filename);
  const world = await withKinds(worldOf(options), options.kinds);
  const problems = worldProblems(manifest, world);
  if (problems.length > 0) throw new Error(problems.join('\n  '));
  const { runs: count, seed } = options;
  const task = { manifest, world, seed, runs: Array.from({ length: count }, (_, run) => run) };
  const bar = progressBar(count);
  const results = await runAll(task, Math.min(options.threads, Math.ceil(count / 4)), bar.done).finally(bar.clear);
  const summary = summarize(results);
  const warnings = worldWarnings(manifest, world);
  const width = Math.min(process.stdout.columns || widest, widest);
  if (options.json === true) command.parent?.setOptionValue('output', 'json');
  const { example: _, ...figures } = summary;
  const each = results.map(({ shares: _shares, ...result }) => result);
  print(command, { endpoint: manifest.name, world, seed, warnings, ...figures, results: each }, () =>
    reportText({ manifest, world, seed, summary, warnings, width }),
  );
}

/** The manifest of a file. @throws Error with all that is wrong with it */
async function manifestOf(file: string): Promise<Manifest> {
  const result = parseManifest((await readManifest(file)).manifest);
  if (result.ok) return result.manifest;
  const problems = result.problems.map(({ path, message }) => `\n  ${path}: ${message}`);
  throw new Error(`the manifest ${file} is refused${problems.join('')}`);
}
