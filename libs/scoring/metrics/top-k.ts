import { z } from 'zod';
import { classIndex, sameLabel } from '../labels.js';
import { metric } from '../metric.js';
import { numbersOf } from '../numbers.js';
import { classOptions } from '../probabilities.js';

/** 1 where the truth is among the k likeliest, else 0. The answer: scores by class, or labels from the likeliest on. */
export const topK = metric({
  name: 'top-k',
  description: '1 where the truth is among the k likeliest of the answer, else 0',
  options: classOptions.extend({ k: z.int().min(1).default(5) }),
  wants: 'scores',
  traits: () => ({ kind: 'binary', goal: 'maximise', worst: 0 }),
  score: ({ truth, answer, options }) => {
    if (Array.isArray(answer) && answer.some((label) => typeof label === 'string')) {
      return answer.slice(0, options.k).some((label) => sameLabel(truth, label)) ? 1 : 0;
    }
    const scores = numbersOf(answer, 'answer');
    const own = scores[classIndex(truth, scores.length, options.classes)] ?? -Infinity;
    // Of equal scores the truth counts as the last, so that a model without an opinion earns nothing.
    const ahead = scores.filter((score) => score >= own).length - 1;
    return ahead < options.k ? 1 : 0;
  },
});
