import { join } from 'node:path';
import type { Context, Load } from '../benchmark.js';
import type { LoopFigures } from './closed-loop.js';
import { cpuMicrosEach, sampleCpu } from './cpu.js';
import type { Profiler } from './profiler.js';
import { startProgram, type Program } from './program.js';

/** What a load generator is asked for. */
export interface LoadQuestion {
  readonly concurrent: number;
  readonly ms: number;
}
export type LoadProgram = Program<LoadQuestion, LoopFigures>;

/** Starts a program that answers loads. */
export const startLoadProgram = (name: string, settings: object): Promise<LoadProgram> =>
  startProgram<LoadQuestion, LoopFigures>(name, settings);

/** What brings just-started processes up to speed before the first load. */
const compile = { concurrent: 64, ms: 3_000 };

/** Loads, and what the client counted in all, warm-ups too. */
export interface LoadsRun {
  readonly loads: Load[];
  readonly answered: number;
  readonly errors: number;
}

/**
 * Every load of the context, one after the other, each with its warm-up.
 *
 * @param processes whose CPU time is counted, by name
 * @param profilers of processes of which the context wants profiles, by name
 */
export async function runLoads(
  context: Context,
  client: LoadProgram,
  processes: Readonly<Record<string, number>>,
  profilers: Readonly<Record<string, Profiler>> = {},
): Promise<LoadsRun> {
  const counted = { client: client.pid, ...processes, ...context.shared };
  const loads: Load[] = [];
  let answered = 0;
  let errors = 0;
  const ask = async (question: LoadQuestion): Promise<LoopFigures> => {
    const figures = await client.ask(question);
    answered += figures.answered;
    errors += figures.errors;
    return figures;
  };
  await ask({ ...compile, ms: Math.min(compile.ms, 2 * context.warmUpMs) });
  for (const concurrent of context.concurrents) {
    await ask({ concurrent, ms: context.warmUpMs });
    await Promise.all(Object.values(profilers).map((profiler) => profiler.start()));
    const before = sampleCpu(counted);
    const figures = await ask({ concurrent, ms: context.measureMs });
    const profileOf = (name: string) => join(context.profiles ?? '', `${name}-at-${concurrent}.cpuprofile`);
    await Promise.all(Object.entries(profilers).map(([name, profiler]) => profiler.stop(profileOf(name))));
    loads.push({ ...figures, cpuMicros: cpuMicrosEach(before, sampleCpu(counted), figures.requests) });
    context.say(describe(figures));
  }
  return { loads, answered, errors };
}

function describe({ concurrent, perSecond, latencies, errors, firstError }: LoopFigures): string {
  const text = `${concurrent} concurrent: ${perSecond.toFixed(0)}/s, p50 ${latencies.p50.toFixed(1)} ms, p99 ${latencies.p99.toFixed(1)} ms`;
  return errors === 0 ? text : `${text}, ${errors} errors (${firstError ?? ''})`;
}
