import { parseArgs } from 'node:util';
import type { Benchmark, Effort } from './benchmark.js';

export interface Options extends Effort {
  readonly chosen: readonly Benchmark[];
  /** Take CPU profiles of the processes under load. */
  readonly profile: boolean;
  /** For the result file. */
  readonly name: string;
}

const full: Effort = {
  concurrents: [1, 16, 64, 256, 512],
  warmUpMs: 2_000,
  measureMs: 6_000,
  scale: 1,
  logRows: 1_000_000,
};
const quick: Effort = { ...full, warmUpMs: 1_000, measureMs: 2_000, scale: 0.2, logRows: 200_000 };

export const usage = `npm run bench -- [NAME …] [--quick] [--concurrent 1,64] [--log-rows 10000000] [--profile]`;

/**
 * Reads `[NAME …] [--quick] [--concurrent 1,64] [--log-rows 10000000] [--profile]`.
 *
 * @throws with a message for the user where a name or an option is none
 */
export function readOptions(args: string[], benchmarks: readonly Benchmark[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean' },
      profile: { type: 'boolean' },
      concurrent: { type: 'string' },
      'log-rows': { type: 'string' },
    },
  });
  const unknown = positionals.find((name) => !benchmarks.some((benchmark) => benchmark.name === name));
  if (unknown !== undefined) {
    const names = benchmarks.map((benchmark) => benchmark.name).join(', ');
    throw new Error(`no benchmark "${unknown}"; there are ${names}\n${usage}`);
  }
  const chosen = positionals.length === 0 ? benchmarks : benchmarks.filter(({ name }) => positionals.includes(name));
  const effort = values.quick ? quick : full;
  return {
    ...effort,
    concurrents: values.concurrent?.split(',').map(wholeNumber('concurrent')) ?? effort.concurrents,
    logRows: values['log-rows'] === undefined ? effort.logRows : wholeNumber('log-rows')(values['log-rows']),
    chosen,
    profile: values.profile ?? false,
    name: `${positionals.length === 0 ? 'all' : chosen.map(({ name }) => name).join('+')}${values.quick ? '-quick' : ''}`,
  };
}

const wholeNumber =
  (option: string) =>
  (text: string): number => {
    if (/^[1-9][0-9]*$/.test(text)) return Number(text);
    throw new Error(`--${option}: expected a whole number of at least 1, not "${text}"\n${usage}`);
  };
