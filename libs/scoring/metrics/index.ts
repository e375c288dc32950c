import type { Metric } from '../metric.js';
import { absoluteError } from './absolute-error.js';
import { accuracy } from './accuracy.js';
import { brier } from './brier.js';
import { expectedCost } from './expected-cost.js';
import { fBeta } from './f-beta.js';
import { logLoss } from './log-loss.js';
import { moduleMetric } from './module.js';
import { reward } from './reward.js';
import { squaredError } from './squared-error.js';
import { topK } from './top-k.js';

/** Every metric: a new one is one file and one line here. */
export const metrics: readonly Metric[] = [
  accuracy,
  topK,
  fBeta,
  logLoss,
  brier,
  squaredError,
  absoluteError,
  expectedCost,
  reward,
  moduleMetric,
];
