import { performance } from 'node:perf_hooks';
import { simulate } from '#bandits';
import { prepareSimulation, type World } from '#simulation';
import { manifestWith } from '../../libs/simulation/testing/manifest-with.js';
import type { Context, Figure } from '../benchmark.js';

/** Requests played a second: by the bandit simulation of `#bandits`, and by the runs that `understudy simulate` makes. */
export function simulationFigures(context: Context): Figure[] {
  const figures = [...banditFigures(context.scale), ...manifestFigures(context.scale)];
  for (const { name, value, unit } of figures) context.say(`${name}: ${value.toFixed(0)}${unit}`);
  return figures;
}

/** Chapelle and Li's arms, none of them replaced. */
const played = {
  ...{ means: { alpha: 4, beta: 4 }, prior: { alpha: 4, beta: 4 } },
  ...{ batch: 100, horizon: 100_000, seed: 1 },
};

function banditFigures(scale: number): Figure[] {
  return ['thompson', 'top-two-thompson', 'kl-ucb'].flatMap((policy) =>
    [2, 10].map((arms) => {
      const value = perSecond((repetitions) => {
        simulate({ ...played, policy, arms, repetitions });
        return repetitions * played.horizon;
      }, scale);
      const detail = 'Beta–Bernoulli bandit in batches of 100, on one core';
      return { name: `simulated by ${policy}, ${arms} arms`, value, unit: '/s', detail };
    }),
  );
}

const world: World = {
  versions: { v1: { reward: 0.9 }, v2: { reward: 0.93 }, v3: { reward: 0.9 } },
  ...{ requestsPerSecond: 50, requests: 50_000, delay: { kind: 'fixed', ms: 600_000 } },
};
const strategies = {
  single: { single: { version: 'v1' } },
  silent: { silent: { champion: 'v1', shadows: [{ version: 'v2' }, { version: 'v3' }] } },
  canary: { canary: { champion: 'v1', candidate: 'v2' } },
  bandit: { bandit: { arms: ['v1', 'v2', 'v3'] } },
};

function manifestFigures(scale: number): Figure[] {
  return Object.entries(strategies).map(([name, strategy]) => {
    const simulation = prepareSimulation({ manifest: manifestWith(strategy), world });
    const value = perSecond((runs) => {
      for (let run = 0; run < runs; run++) simulation.run(1, run);
      return runs * world.requests;
    }, scale);
    return { name: `understudy simulate, ${name}`, value, unit: '/s', detail: 'runs of 50,000 requests, on one core' };
  });
}

/** Requests a second, over about a second, after one call to warm up. */
function perSecond(play: (times: number) => number, scale: number): number {
  const timed = (times: number): [requests: number, ms: number] => {
    const begin = performance.now();
    return [play(times), performance.now() - begin];
  };
  const [, ms] = timed(1);
  const [requests, elapsed] = timed(Math.max(1, Math.ceil((1_000 * scale) / ms)));
  return (requests / elapsed) * 1_000;
}
