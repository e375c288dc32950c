import { Option, type Command } from 'commander';
import { durationOf } from '../arguments.js';
import { apiOf } from '../context.js';
import { Ended } from '../exit-codes.js';
import { print } from '../output.js';
import { progressLine } from '../progress-line.js';
import { looks } from '../watching/looks.js';
import { hasCome, standing, waitedFor, type WaitedFor } from '../watching/waiting-for.js';

interface Options {
  readonly for: WaitedFor;
  readonly timeout: number;
}

/** `wait NAME --for promoted`: for scripts; the exit code says how it ended. */
export function registerWait(program: Command): void {
  program
    .command('wait')
    .argument('<name>', 'the endpoint')
    .addOption(
      new Option('--for <what>', `what to wait for: ${inWords()}`)
        .choices(Object.keys(waitedFor))
        .makeOptionMandatory(),
    )
    .addOption(new Option('--timeout <duration>', 'no longer than this').argParser(durationOf).default(600_000, '10m'))
    .description('wait until a rollout has come to something; the exit code says whether it has')
    .action(async (name: string, options: Options, command: Command) => {
      const view = await waitFor(name, options, command);
      print(command, view, () => `endpoint ${name}: ${standing(view)}`);
    });
}

const inWords = (): string =>
  Object.entries(waitedFor)
    .map(([what, meaning]) => `${what} (${meaning})`)
    .join(', ');

async function waitFor(name: string, { for: wanted, timeout }: Options, command: Command) {
  const api = apiOf(command);
  const signal = AbortSignal.timeout(timeout);
  const progress = progressLine();
  let rollout: number | undefined;
  let last = 'nothing was heard of it';
  try {
    for await (const view of looks(() => api.get(name), { everyMs: 500, signal })) {
      rollout ??= view.rollout.id;
      last = standing(view);
      const come = hasCome(wanted, view, rollout);
      if (come === 'yes') return view;
      if (come === 'never') throw new Ended(`"${wanted}" cannot come any more: ${last}`, 'otherwise');
      progress.show((seconds) => `${name}, ${Math.round(seconds)} s: ${last}`);
    }
  } finally {
    progress.clear();
  }
  throw new Ended(`"${wanted}" has not come within the time given; last: ${last}`, 'timedOut');
}
