import type { TruthSpec } from '#contracts';
import { declaredOutput } from './declared-output.js';
import type { Metric, MetricTraits } from './metric.js';
import { metrics } from './metrics/index.js';

/** How an endpoint's answers are scored: the `truth` of its manifest, looked up and checked. Times in ms. */
export interface ScoringRule extends MetricTraits {
  readonly metric: Metric;
  readonly options: unknown;
  readonly output: string | undefined;
  /** Of several truths of a request: the newest, or the sum of the newest of each part. */
  readonly combine: 'latest' | 'sum';
  readonly window: number;
  readonly missing: 'drop' | 'default';
  /** Reward of a request without truth once its window has closed; undefined with `missing: drop`. */
  readonly default: number | undefined;
  /** Reward of a request that failed; null: none. */
  readonly onError: number | null;
}

/** Something wrong with `truth` in a manifest; `path` begins below `truth`. */
export interface RuleProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export type RuleResult =
  { readonly ok: true; readonly rule: ScoringRule } | { readonly ok: false; readonly problems: readonly RuleProblem[] };

export const metricNames: readonly string[] = metrics.map((metric) => metric.name);

/** Looks up the metric, parses its options and checks that rewards named in the spec are possible for it. */
export function scoringRule(spec: TruthSpec): RuleResult {
  const metric = metrics.find((candidate) => candidate.name === spec.metric);
  if (metric === undefined) {
    return failed({
      path: ['metric'],
      message: `unknown metric "${spec.metric}"; expected one of ${metricNames.join(', ')}`,
    });
  }
  const options = metric.options.safeParse(spec.options ?? {});
  if (!options.success) {
    return failed(
      ...options.error.issues.map(({ path, message }) => ({
        path: ['options', ...path.filter((part) => typeof part !== 'symbol')],
        message,
      })),
    );
  }
  const traits = metric.traits(options.data);
  const problems: RuleProblem[] = (['default', 'onError'] as const).flatMap((field) => {
    const value = spec[field];
    const impossible = value !== undefined && traits.kind !== 'real' && (value < 0 || value > 1);
    return impossible
      ? [{ path: [field], message: `expected a number between 0 and 1, as ${metric.name} gives; got ${value}` }]
      : [];
  });
  if (metric.wants === 'scores' && spec.output !== undefined && declaredOutput(spec.output).argmax) {
    problems.push({ path: ['output'], message: `argmax gives a label; expected an output with the scores that ${metric.name} wants` }); // prettier-ignore
  }
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    rule: {
      ...traits,
      metric,
      options: options.data,
      output: spec.output,
      combine: spec.combine,
      window: spec.window,
      missing: spec.missing,
      default: spec.missing === 'default' ? spec.default : undefined,
      onError: spec.onError ?? traits.worst,
    },
  };
}

const failed = (...problems: RuleProblem[]): RuleResult => ({ ok: false, problems });
