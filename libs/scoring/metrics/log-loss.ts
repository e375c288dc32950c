import { classIndex } from '../labels.js';
import { metric } from '../metric.js';
import { keptScore, probabilitiesOf, probabilityOptions } from '../probabilities.js';

/** Keeps the loss of a certain and wrong answer finite: −ln 1e-15 = 34.5. */
const smallest = 1e-15;

/** −ln of the probability given to the true class. */
export const logLoss = metric({
  name: 'log-loss',
  description: '−ln of the probability given to the true class, which is taken as at least 1e-15',
  options: probabilityOptions,
  wants: 'scores',
  traits: () => ({ kind: 'real', goal: 'minimise', worst: null }),
  score: ({ truth, answer, options }) => {
    const probabilities = probabilitiesOf(answer);
    const probability = probabilities[classIndex(truth, probabilities.length, options.classes)] ?? 0;
    return Math.abs(Math.log(Math.min(1, Math.max(smallest, probability))));
  },
  keep: keptScore,
});
