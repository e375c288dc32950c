import { availableParallelism } from 'node:os';
import { Option, type Command } from 'commander';
import {
  countOf,
  delayOf,
  delaysByVersion,
  driftOf,
  figureOf,
  rateOf,
  rewardsOf,
  seedOf,
  sharesByVersion,
  timesByVersion,
} from '../simulation/parse-world.js';
import type { SimulateOptions } from '../simulation/simulate.js';

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
    .option('--latency <v=time,…>', 'median time to a version’s answers: v1=20ms,v2=35ms', timesByVersion)
    .option('--drift <v=change,…>', 'how rewards change: v2=-0.01/h steadily, v2=-0.05@2h at once', driftOf)
    .addOption(new Option('--rate <rate>', 'requests: 50/s, 1000/m, 20/h').argParser(rateOf).default(50, '50/s'))
    .addOption(
      new Option('--delay <time>', 'from request to truth: 10m always, exp:10m on average')
        .argParser(delayOf)
        .default(delayOf('0s'), 'at once'),
    )
    .option('--coverage <share>', 'share of the requests that ever get their truth', figureOf, 1)
    .option('--coverage-of <v=share,…>', 'the same of single versions: v2=0.5', sharesByVersion)
    .option('--delay-of <v=time,…>', 'the delay of single versions: v2=exp:1h', delaysByVersion)
    .option('--correlation <number>', '0 to 1: how much versions find the same requests hard (silent)', figureOf, 0)
    .option('--kinds <file>', 'kinds of requests, for a contextual bandit: a list of share, request and rewards')
    .option('--consumers <number>', 'consumers that send routing keys; default: none do', countOf)
    .option('--zipf <exponent>', 'how unevenly consumers send; 0: evenly', figureOf, 1)
    .option('--requests <number>', 'requests of a run', countOf, 50_000)
    .option('--runs <number>', 'how many runs', countOf, 500)
    .option('--seed <number>', 'the same seed gives the same runs', seedOf, 1)
    .option('--every-look', 'look every 500 ms to the end, as the deployer does; slow')
    .addOption(
      new Option('--threads <number>', 'how many at once')
        .argParser(countOf)
        .default(availableParallelism(), 'one a core'),
    )
    .option('--json', 'the same as --output json')
    .action(async (options: SimulateOptions, command: Command) => {
      // Loaded where it is needed: other commands start the sooner.
      const { simulate } = await import('../simulation/simulate.js');
      await simulate(options, command);
    });
}
