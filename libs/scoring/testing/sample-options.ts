const needed: Readonly<Record<string, unknown>> = {
  'expected-cost': { costs: { 0: { 0: 0, 1: 0.2 }, 1: { 0: 1, 1: 0 } } },
  module: { module: 'metric.mjs', kind: 'unit' },
};

/** Options with which a metric can be tested: none, where it needs none. A metric that does adds its own here. */
export const sampleOptions = (name: string): unknown => needed[name] ?? {};
