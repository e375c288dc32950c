import { expect, it } from 'vitest';
import { simulate } from '#bandits';
import { amount, expectGenerated, qualityPage, Table } from './generated.js';

/**
 * Chapelle and Li's (2011) experiment with delayed feedback: ten Bernoulli arms with means from Beta(4, 4); after each step, with probability
 * .001, one of them is replaced; the learner sees rewards and replacements at the end of each batch only.
 */
const experiment = {
  ...{ arms: 10, means: { alpha: 4, beta: 4 }, prior: { alpha: 4, beta: 4 } },
  ...{ horizon: 100_000, replaceProbability: 0.001, seed: 104 },
};

it('delay costs a policy that draws at random far less than one that does not', async () => {
  const table = new Table(['steps a batch', 'thompson', 'kl-ucb', 'ucb1', 'kl-ucb over thompson']);
  const ratios: number[] = [];
  for (const batch of [1, 10, 100, 1_000]) {
    const regretOf = (policy: string) => simulate({ ...experiment, policy, batch, repetitions: batch === 1 ? 6 : 12 });
    const [thompson, klUcb, ucb1] = [regretOf('thompson'), regretOf('kl-ucb'), regretOf('ucb1')];
    const ratio = klUcb.regret / thompson.regret;
    ratios.push(ratio);
    const cells = [thompson, klUcb, ucb1].map(
      ({ regret, standardError }) => `${amount(regret)} ± ${amount(standardError)}`,
    );
    table.add(amount(batch), ...cells, ratio.toFixed(2));
  }
  expect(ratios.at(-1)).toBeGreaterThan(2);
  await expectGenerated(qualityPage, 'delayed feedback', table.markdown);
});
