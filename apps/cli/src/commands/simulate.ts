import { availableParallelism } from 'node:os';
import { Option, type Command } from 'commander';
import { parseManifest, type Manifest } from '#manifests';
import { summarize, worldProblems, worldWarnings } from '#simulation';
import { print } from '../output.js';
import { readManifest } from '../read-manifest.js';
import {
  countOf,
  delayOf,
  driftOf,
  figureOf,
  rateOf,
  rewardsOf,
  seedOf,
  sharesByVersion,
  worldOf,
  type WorldOptions,
} from '../simulation/parse-world.js';
import { progressBar } from '../simulation/progress-bar.js';
import { reportText } from '../simulation/report.js';
import { runAll } from '../simulation/run-all.js';

interface SimulateOptions extends WorldOptions {
  readonly filename: string;
  readonly runs: number;
  readonly seed: number;
  readonly threads: number;
  readonly json?: boolean;
}

const widest = 100;

/** `simulate -f FILE --rewards …`: the manifest's strategy against an assumed world, before anyone is exposed to it. */
export function registerSimulate(program: Command): void {
  program
    .command('simulate')
    .description('what a manifest would do, and how long it would take, if versions were as you assume')
    .requiredOption('-f, --filename <file>', 'manifest in YAML or JSON; - reads standard input')
    .requiredOption(
      '--rewards <v=mean,…>',
      'mean reward of each version: v1=0.90,v2=0.93; beyond [0, 1] v1=3.2±0.8',
      rewardsOf,
    )
    .option('--errors <v=share,…>', 'share of a version’s requests that fail: v2=0.01', sharesByVersion)
    .option('--drift <v=change,…>', 'how rewards change: v2=-0.01/h steadily, v2=-0.05@2h at once', driftOf)
    .addOption(new Option('--rate <rate>', 'requests: 50/s, 1000/m, 20/h').argParser(rateOf).default(50, '50/s'))
    .addOption(
      new Option('--delay <time>', 'from request to truth: 10m always, exp:10m on average')
        .argParser(delayOf)
        .default(delayOf('0s'), 'at once'),
    )
    .option('--coverage <share>', 'share of the requests that ever get their truth', figureOf, 1)
    .option('--correlation <number>', '0 to 1: how much versions find the same requests hard (silent)', figureOf, 0)
    .option('--consumers <number>', 'consumers that send routing keys; default: none do', countOf)
    .option('--zipf <exponent>', 'how unevenly consumers send; 0: evenly', figureOf, 1)
    .option('--requests <number>', 'requests of a run', countOf, 50_000)
    .option('--runs <number>', 'how many runs', countOf, 500)
    .option('--seed <number>', 'the same seed gives the same runs', seedOf, 1)
    .option('--every-look', 'look every 500 ms to the end, as the deployer does; slow')
    .option('--threads <number>', 'default: as many as there are cores', countOf, availableParallelism())
    .option('--json', 'the same as --output json')
    .action(simulate);
}

async function simulate(options: SimulateOptions, command: Command): Promise<void> {
  const manifest = await manifestOf(options.filename);
  const world = worldOf(options);
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
