import { assignments } from './recounts/assignments.js';
import { latencies } from './recounts/latencies.js';
import { models } from './recounts/models.js';
import { orphans } from './recounts/orphans.js';
import { outcomes } from './recounts/outcomes.js';
import { statistics } from './recounts/statistics.js';
import type { Recount } from './recount.js';

/** Everything that an audit works out again. */
export const recounts: readonly Recount[] = [outcomes, orphans, statistics, latencies, models, assignments];
