/** One thread's part of a simulation: a message for every run. */
import { parentPort, workerData } from 'node:worker_threads';
import { prepareSimulation } from '#simulation';
import type { Task } from './task.js';

const { manifest, world, seed, runs } = workerData as Task;
const simulation = prepareSimulation({ manifest, world });
for (const run of runs) parentPort?.postMessage(simulation.run(seed, run));
