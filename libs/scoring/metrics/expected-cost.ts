import { z } from 'zod';
import { sameLabel } from '../labels.js';
import { metric } from '../metric.js';
import { ScoringError, shown } from '../scoring-error.js';

type Costs = Readonly<Record<string, Readonly<Record<string, number>>>>;

const costsOf = (costs: Costs): number[] => Object.values(costs).flatMap((row) => Object.values(row));
const within = <Value>(row: Readonly<Record<string, Value>>, label: unknown): Value | undefined =>
  Object.entries(row).find(([name]) => sameLabel(name, label))?.[1];

/** The cost of what was answered, given the truth, by a cost matrix: its mean is the expected cost (Elkan 2001). */
export const expectedCost = metric({
  name: 'expected-cost',
  description:
    'the cost of the label answered, given the truth: options.costs[truth][answer]; the mean is the expected cost',
  options: z
    .object({
      costs: z
        .record(z.string(), z.record(z.string(), z.number()))
        .refine(
          (costs) => costsOf(costs).length > 0,
          'expected costs by truth and answer, e.g. {"fraud": {"ok": 100, "fraud": 0}}',
        ),
    })
    .strict(),
  wants: 'value',
  traits: ({ costs }) => {
    const all = costsOf(costs);
    const kind = all.every((cost) => cost >= 0 && cost <= 1) ? 'unit' : 'real';
    return { kind, goal: 'minimise', worst: Math.max(...all) };
  },
  score: ({ truth, answer, options: { costs } }) => {
    const row = typeof truth === 'object' ? undefined : within(costs, truth);
    if (row === undefined) {
      throw new ScoringError(`the truth is ${shown(truth)}; expected one of ${shown(Object.keys(costs))}`, 'truth');
    }
    const cost = within(row, answer);
    if (cost === undefined) {
      throw new ScoringError(`the answer is ${shown(answer)}; expected one of ${shown(Object.keys(row))}`, 'answer');
    }
    return cost;
  },
});
