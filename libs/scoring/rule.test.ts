import { describe, expect, it } from 'vitest';
import { truthSpec } from '#contracts';
import { metrics } from './metrics/index.js';
import { metricNames, scoringRule } from './rule.js';
import { sampleOptions } from './testing/sample-options.js';

const problemsOf = (spec: unknown) => {
  const result = scoringRule(truthSpec.parse(spec));
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('the rule of a manifest', () => {
  it('without `truth` is accuracy within an hour', () => {
    const result = scoringRule(truthSpec.parse({}));
    expect(result).toMatchObject({
      ok: true,
      rule: { kind: 'binary', goal: 'maximise', window: 3_600_000, onError: 0 },
    });
  });

  it('scores what failed with the worst value, none where there is none, or what onError says', () => {
    expect(scoringRule(truthSpec.parse({ metric: 'brier' }))).toMatchObject({ rule: { onError: 1 } });
    expect(scoringRule(truthSpec.parse({ metric: 'squared-error' }))).toMatchObject({ rule: { onError: null } });
    expect(scoringRule(truthSpec.parse({ metric: 'squared-error', onError: 100 }))).toMatchObject({
      rule: { onError: 100 },
    });
  });

  it('names what is wrong and where', () => {
    expect(problemsOf({ metric: 'acuracy' })).toEqual([
      expect.stringMatching(/^metric: unknown metric "acuracy"; expected one of/),
    ]);
    expect(problemsOf({ metric: 'top-k', options: { k: 0 } })).toEqual([expect.stringMatching(/^options\.k: /)]);
    expect(problemsOf({ metric: 'expected-cost' })).toEqual([expect.stringMatching(/^options\.costs: /)]);
    expect(problemsOf({ metric: 'brier', output: 'argmax(scores)' })).toEqual([
      expect.stringMatching(/^output: argmax gives a label/),
    ]);
    expect(problemsOf({ metric: 'accuracy', onError: -1 })).toEqual([
      expect.stringMatching(/^onError: expected a number between 0 and 1/),
    ]);
  });
});

describe('every metric', () => {
  it('has a name of its own', () => {
    expect(new Set(metricNames).size).toBe(metricNames.length);
  });

  it.each(metrics.map((metric) => [metric.name, metric] as const))(
    '%s has a worst value in its range, and says what it is',
    (_, metric) => {
      const traits = metric.traits(metric.options.parse(sampleOptions(metric.name)));
      if (traits.kind !== 'real') expect(traits.worst).toBe(traits.goal === 'maximise' ? 0 : 1);
      expect(metric.description).not.toBe('');
    },
  );
});
