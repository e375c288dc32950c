import { classIndex } from '../labels.js';
import { metric } from '../metric.js';
import { keptScore, probabilitiesOf, probabilityOptions } from '../probabilities.js';

/** ½ Σ (p − y)² over the classes (Brier 1950, halved): (p − y)² for two classes, between 0 and 1 for any number. */
export const brier = metric({
  name: 'brier',
  description: '½ Σ (p − y)² over the classes: (p − y)² for two of them, between 0 and 1 for any number',
  options: probabilityOptions,
  wants: 'scores',
  traits: () => ({ kind: 'unit', goal: 'minimise', worst: 1 }),
  score: ({ truth, answer, options }) => {
    const probabilities = probabilitiesOf(answer);
    const index = classIndex(truth, probabilities.length, options.classes);
    const sum = probabilities.reduce((total, p, other) => total + (p - (other === index ? 1 : 0)) ** 2, 0);
    return Math.min(1, sum / 2);
  },
  keep: keptScore,
});
