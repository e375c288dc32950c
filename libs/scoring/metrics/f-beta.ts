import { z } from 'zod';
import { sameLabel } from '../labels.js';
import { metric } from '../metric.js';

interface Options {
  readonly positive: string | number | boolean;
  readonly beta: number;
  readonly around: number;
}

/** Which field of the confusion matrix a row is in. */
function countsOf(truth: unknown, answer: unknown, positive: Options['positive']) {
  const is = sameLabel(truth, positive);
  const said = sameLabel(positive, answer);
  return { tp: Number(is && said), fp: Number(!is && said), fn: Number(is && !said), tn: Number(!is && !said) };
}

/**
 * F-beta is no mean over rows, so two things stand in for it. The counts of every row are kept: F = (1+β²)·tp / ((1+β²)·tp + β²·fn + fp) over
 * any set of rows. And the reward, of which tests compare means, is what F-beta becomes linear in near a value θ (`around`):
 * (1+β²)(1−θ)·tp − θ(β²·fn + fp), moved into [0, 1]. Its mean exceeds that of an answer with F = θ exactly where F > θ (Parambath et al. 2014).
 */
export const fBeta = metric<Options>({
  name: 'f-beta',
  description:
    'linear in the counts of the confusion matrix, greater where F-beta is (near options.around); the counts are kept',
  options: z
    .object({
      positive: z.union([z.string(), z.number(), z.boolean()]).default(1),
      beta: z.number().positive().default(1),
      around: z.number().gt(0).lt(1).default(0.5),
    })
    .strict(),
  wants: 'value',
  traits: () => ({ kind: 'unit', goal: 'maximise', worst: 0 }),
  score: ({ truth, answer, options: { positive, beta, around } }) => {
    const { tp, fp, fn } = countsOf(truth, answer, positive);
    const gain = (1 + beta ** 2) * (1 - around);
    const loss = around * Math.max(1, beta ** 2);
    return (gain * tp - around * (beta ** 2 * fn + fp) + loss) / (gain + loss);
  },
  keep: ({ truth, answer, options: { positive } }) => countsOf(truth, answer, positive),
});
