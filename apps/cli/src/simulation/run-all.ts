import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { prepareSimulation, type RunResult } from '#simulation';
import type { Task } from './task.js';

/**
 * All runs of a task, in their order: the same on any number of threads.
 * @param threads 1: in this one
 * @param done is told how many runs are over
 */
export async function runAll(task: Task, threads: number, done: (runs: number) => void): Promise<RunResult[]> {
  const results: RunResult[] = [];
  const add = (result: RunResult) => {
    results.push(result);
    done(results.length);
  };
  if (threads <= 1) await runHere(task, add);
  else await runThere(task, threads, add);
  return results.sort((a, b) => a.run - b.run);
}

async function runHere({ manifest, world, seed, runs }: Task, add: (result: RunResult) => void): Promise<void> {
  const simulation = prepareSimulation({ manifest, world });
  for (const run of runs) {
    add(simulation.run(seed, run));
    // Lets a signal through, and the progress bar.
    await turn();
  }
}

async function runThere(task: Task, threads: number, add: (result: RunResult) => void): Promise<void> {
  const parts = Array.from({ length: threads }, (_, thread) => task.runs.filter((_run, i) => i % threads === thread));
  const workers = parts.map(
    (runs) => new Worker(new URL('./thread.js', import.meta.url), { workerData: { ...task, runs } }),
  );
  try {
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            worker.on('message', add);
            worker.once('error', reject);
            worker.once('exit', (code) =>
              code === 0 ? resolve() : reject(new Error(`a thread of the simulation ended with code ${code}`)),
            );
          }),
      ),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
