import type { Benchmark } from './benchmark.js';
import { verdictFigures } from './decisions/verdicts.js';

/** The part of `decisions` that grows with the strategies, by itself. */
export const verdicts: Benchmark = {
  name: 'verdicts',
  title: 'Evaluations of a strategy',
  run: (context) => Promise.resolve({ figures: verdictFigures(context) }),
};
