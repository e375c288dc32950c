import type { Benchmark } from './benchmark.js';
import { routingFigures } from './decisions/routing.js';
import { simulationFigures } from './decisions/simulation.js';
import { verdictFigures } from './decisions/verdicts.js';

/** All that is pure: what the router decides for each request, what the deployer for each snapshot, and how fast both are played ahead of time. */
export const decisions: Benchmark = {
  name: 'decisions',
  title: 'Decisions of the router, verdicts of the strategies, simulated requests',
  run(context) {
    const figures = [...routingFigures(context), ...verdictFigures(context), ...simulationFigures(context)];
    return Promise.resolve({ figures });
  },
};
