import { describe, expect, it } from 'vitest';
import { prepareSimulation, summarize } from '#simulation';
import { manifestWith } from '../../libs/simulation/testing/manifest-with.js';
import { amount, expectGenerated, percent, qualityPage, Table } from './generated.js';

/**
 * The economic stop of a bandit: how often it keeps the champion, on arms that are equal and, as a miss, on a champion that is worse. It is outside the
 * bound on false verdicts.
 */
const runs = 150;
const requests = 100_000;
const table = new Table([
  'champion',
  'other arm',
  'runs',
  'champion kept',
  'other promoted',
  'undecided',
  'what keeping it costs',
]);

describe('the economic stop', () => {
  it.each([
    { champion: 0.04, other: 0.05, least: 0, most: 0.15 },
    { champion: 0.05, other: 0.05, least: 0.2, most: 1 },
    { champion: 0.9, other: 0.9, least: 0.6, most: 1 },
    { champion: 0.9, other: 0.89, least: 0.6, most: 1 },
    { champion: 0.9, other: 0.93, least: 0, most: 0.02 },
  ])('keeps a champion of $champion beside $other as often as it should', ({ champion, other, least, most }) => {
    const simulation = prepareSimulation({
      manifest: manifestWith({ bandit: { arms: ['v1', 'v2'], champion: 'v1', cadence: '10s' } }),
      world: {
        ...{ versions: { v1: { reward: champion }, v2: { reward: other } }, requestsPerSecond: 100, requests },
        ...{ delay: { kind: 'fixed', ms: 0 }, looks: { everyMs: 2_000, growth: 0.02 } },
      },
    });
    const { outcomes } = summarize(Array.from({ length: runs }, (_, run) => simulation.run(4_000, run)));
    const share = (outcome: string) =>
      outcomes.filter((count) => count.outcome === outcome).reduce((sum, count) => sum + count.runs, 0) / runs;
    const kept = share('equivalent');
    const cells = [kept, share('promote'), share('undecided')].map(percent);
    const cost = other > champion ? `${percent((other - champion) / champion)} of the reward` : 'none';
    table.add(champion, other, amount(runs), ...cells, cost);
    expect(kept).toBeGreaterThanOrEqual(least);
    expect(kept).toBeLessThanOrEqual(most);
  });

  it('is what the page says', () => expectGenerated(qualityPage, 'indifference', table.markdown));
});
