import { experimentLog } from './experiment-log.js';
import { predictionOutcomes } from './prediction-outcomes.js';
import { rolloutTimeline } from './rollout-timeline.js';
import { servedPredictions } from './served-predictions.js';
import { shadowComparisons } from './shadow-comparisons.js';
import { unmatchedTruth } from './unmatched-truth.js';
import { versionDaily } from './version-daily.js';
import type { View } from './view.js';

/** Every view for people: a new one is one file and one line here, and a migration that makes it. */
export const views: readonly View[] = [
  servedPredictions,
  predictionOutcomes,
  shadowComparisons,
  versionDaily,
  rolloutTimeline,
  unmatchedTruth,
  experimentLog,
];
