import { InvalidArgumentError, type Command } from 'commander';
import type { BacktestRequest } from '#contracts';
import { timeOf } from '../arguments.js';
import { backtestsTable, describeBacktest } from '../backtest/describe-backtest.js';
import { follow } from '../backtest/follow.js';
import { actorName, apiOf } from '../context.js';
import { print } from '../output.js';

interface Options {
  readonly version?: string;
  readonly from?: string;
  readonly to?: string;
  readonly champion?: string;
  readonly margin?: number;
  readonly minSamples?: number;
  readonly alpha?: number;
  readonly wait: boolean;
  readonly list?: true;
  readonly follow?: number;
  readonly cancel?: number;
  readonly resume?: number;
  readonly remove?: number;
}

/** `backtest NAME --version v3`: what the silent strategy would say of a version, by requests of the log. */
export function registerBacktest(program: Command): void {
  program
    .command('backtest')
    .argument('<name>', 'the endpoint')
    .description(
      'lets a version answer logged requests, beside live traffic, and says what the silent strategy says of it',
    )
    .option('--version <version>', 'the version to try; it has to be listed in the manifest')
    .option(
      '--from <time>',
      'requests from then on: ISO 8601, or a time ago such as 7d; default: the present rollout’s',
      timeOf,
    )
    .option('--to <time>', 'requests before, likewise; default: now', timeOf)
    .option(
      '--champion <version>',
      'whose logged answers it is compared with; default: the one with most of the traffic',
    )
    .option('--margin <difference>', 'differences of the mean reward within ± this count as none', numberOf)
    .option('--min-samples <pairs>', 'least number of pairs with a truth before anything is said', numberOf)
    .option('--alpha <level>', 'error level', numberOf)
    .option('--no-wait', 'start it and do not wait for its end')
    .option('--list', 'the endpoint’s backtests')
    .option('--follow <id>', 'wait for one that is at work', numberOf)
    .option('--cancel <id>', 'stop one; it can be resumed', numberOf)
    .option('--resume <id>', 'let one that was cancelled or has failed go on where it was', numberOf)
    .option('--remove <id>', 'remove one that has ended, with its answers', numberOf)
    .action(run);
}

async function run(name: string, options: Options, command: Command): Promise<void> {
  const api = apiOf(command);
  if (options.list === true) {
    const all = await api.listBacktests(name);
    print(command, all, () => backtestsTable(all));
    return;
  }
  if (options.remove !== undefined) {
    print(command, await api.removeBacktest(name, options.remove), () => `backtest ${options.remove} is removed`);
    return;
  }
  const started = await begin();
  const view = options.wait && options.cancel === undefined ? await follow(api, started) : started;
  print(command, view, () => describeBacktest(view));
  if (view.status === 'failed') process.exitCode = 1;

  function begin() {
    if (options.cancel !== undefined) return api.steerBacktest(name, options.cancel, 'cancel');
    if (options.resume !== undefined) return api.steerBacktest(name, options.resume, 'resume');
    if (options.follow !== undefined) return api.backtest(name, options.follow);
    if (options.version === undefined)
      throw new Error('which version? Give --version v2, or --list to see what there is');
    return api.startBacktest(name, requestOf(options, options.version), actorName());
  }
}

function requestOf({ from, to, champion, margin, minSamples, alpha }: Options, version: string): BacktestRequest {
  const given = { from, to, champion, margin, minSamples, alpha };
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return { version, ...Object.fromEntries(known) };
}

function numberOf(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number');
  return value;
}
