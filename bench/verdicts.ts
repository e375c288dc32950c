import type { ArmEvidence, Evidence } from '#contracts';
import { findStrategy } from '#strategies';
import type { Benchmark, Figure } from './benchmark.js';
import { pace } from './harness/pace.js';

const reward = { kind: 'binary', goal: 'maximise' } as const;

/** What the deployer computes for each snapshot of the evidence. */
export const verdicts: Benchmark = {
  name: 'verdicts',
  title: 'Evaluations of a strategy',
  run(context) {
    const cases: [string, string, object, number][] = [
      ['canary', 'canary', { champion: 'v1', candidate: 'v2', margin: 0.001 }, 2],
      ['bandit, 2 arms', 'bandit', { arms: names(2) }, 2],
      ['bandit, 20 arms', 'bandit', { arms: names(20), floor: 0.01 }, 20],
    ];
    const figures = cases.map(([name, strategyName, spec, arms]): Figure => {
      const strategy = findStrategy(strategyName);
      if (strategy === undefined) throw new Error(`there is no strategy "${strategyName}"`);
      const state = strategy.begin({ spec, now: 0 });
      let seen = 0;
      const perSecond = pace(1_000 * context.scale, 1, (n) => {
        // Each has other numbers, so that none can be remembered, and time enough behind it for new weights.
        seen += strategy.evaluate({ spec, state, evidence: evidence(arms, n), now: 3_600_000, reward }).plan.step;
      });
      if (Number.isNaN(seen)) throw new Error('nothing was evaluated');
      context.say(`${name}: ${perSecond.toFixed(0)}/s`);
      return { name, value: perSecond, unit: '/s', detail: 'one thread, fresh evidence each time' };
    });
    return Promise.resolve({ figures });
  },
};

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `v${index + 1}`);

/** A step with even weights, close rewards and 1,000 and more scored requests a version. */
function evidence(count: number, n: number): Evidence {
  const arms = names(count).map((version, index): ArmEvidence => {
    const scored = 1_000 + (n % 500);
    const sum = Math.round(scored * (0.8 + index / (200 * count)));
    return { version, requests: scored, errors: 0, units: scored, errorSum: 0, scored, sum, sumSquares: sum };
  });
  const weights = Object.fromEntries(arms.map(({ version }) => [version, 1 / count]));
  const step = { step: 0, from: 0, weights, arms };
  return { endpoint: 'bench', rollout: 1, seq: n, at: 3_600_000, steps: [step], pairs: [], lagSeconds: 0 };
}
