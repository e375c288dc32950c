import { Option, type Command } from 'commander';
import { createLogUpdate } from 'log-update';
import type { EndpointView } from '#contracts';
import { durationOf } from '../arguments.js';
import { apiOf } from '../context.js';
import { outputFormat, printLine } from '../output.js';
import { frame, plainLine } from '../watching/frame.js';
import { looks } from '../watching/looks.js';
import { SeriesOfVersions, seriesWidth } from '../watching/series.js';
import { hasCome } from '../watching/waiting-for.js';

interface Options {
  readonly interval: number;
  readonly untilDone?: boolean;
}

/** `watch NAME`: a table that goes on changing; a line for each change where there is no terminal. */
export function registerWatch(program: Command): void {
  program
    .command('watch')
    .argument('<name>', 'the endpoint')
    .addOption(new Option('--interval <duration>', 'how often to look').argParser(durationOf).default(1_000, '1s'))
    .option('--until-done', 'end when the rollout ends')
    .description('watch shares, rewards and the verdict as they move')
    .action(watch);
}

async function watch(name: string, { interval, untilDone = false }: Options, command: Command): Promise<void> {
  const api = apiOf(command);
  const first = await api.get(name);
  const series = new SeriesOfVersions(await api.plans(name, seriesWidth, first.rollout.id));
  const show = showing(command, series);
  for await (const view of looks(() => api.get(name), { everyMs: interval, signal: new AbortController().signal })) {
    series.add(view);
    show(view);
    if (untilDone && hasCome('ended', view, first.rollout.id) === 'yes') return;
  }
}

/** With `-o json` and without a terminal a line is shown when it says something new. */
function showing(command: Command, series: SeriesOfVersions): (view: EndpointView) => void {
  if (outputFormat(command) === 'table' && process.stdout.isTTY) {
    const update = createLogUpdate(process.stdout);
    return (view) => update(frame(view, series, Date.now()));
  }
  let last = '';
  return (view) => {
    const line = plainLine(view);
    if (line === last) return;
    last = line;
    printLine(command, view, () => `${new Date().toISOString()} ${line}`);
  };
}
