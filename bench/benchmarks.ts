import { backtest } from './backtest.js';
import type { Benchmark } from './benchmark.js';
import { codec } from './codec.js';
import { control } from './control.js';
import { decisions } from './decisions.js';
import { feedback } from './feedback.js';
import { floor } from './floor.js';
import { http } from './http.js';
import { logViews } from './log-views.js';
import { nest } from './nest.js';
import { recorder } from './recorder.js';
import { recorderSurge } from './recorder-surge.js';
import { shadows } from './shadows.js';
import { startUp } from './start-up.js';
import { truthToPlan } from './truth-to-plan.js';

/** Every benchmark, in the order in which `npm run bench` runs them. A new one is a new file and a line here. */
export const benchmarks: readonly Benchmark[] = [
  codec,
  decisions,
  floor,
  nest,
  http,
  shadows,
  recorder,
  recorderSurge,
  logViews,
  feedback,
  backtest,
  truthToPlan,
  control,
  startUp,
];
