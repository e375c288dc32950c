import { describe, expect, it } from 'vitest';
import { uniformFrom } from '#bandits';
import { generalizedLikelihoodRatio, winnerThreshold } from '#stats';
import { mostAllowed } from './allowed.js';
import { amount, expectGenerated, percent, qualityPage, Table } from './generated.js';

const alpha = 0.05;
const table = new Table(['arms, half and half', 'runs', 'confirmed', 'requests, median', '90 %']);

/** Requests until a winner is confirmed, two arms at half and half, looked at every 100; Infinity if not by `last`. */
function confirmedAfter(rates: readonly [number, number], last: number, uniform: () => number): number {
  const none = () => ({ successes: 0, trials: 0 });
  const arms: [ReturnType<typeof none>, ReturnType<typeof none>] = [none(), none()];
  for (let t = 1; t <= last; t++) {
    const i = uniform() < 0.5 ? 0 : 1;
    arms[i].trials++;
    if (uniform() < rates[i]) arms[i].successes++;
    if (t % 100 !== 0) continue;
    if (generalizedLikelihoodRatio(arms).statistic >= winnerThreshold({ trials: t, arms: 2, alpha })) return t;
  }
  return Infinity;
}

describe('winner by the likelihood ratio', () => {
  it('confirms 5 % over 4 % as soon as it should', () => {
    const runs = 300;
    const times = Array.from({ length: runs }, (_, i) => confirmedAfter([0.04, 0.05], 200_000, uniformFrom(1, i)));
    times.sort((a, b) => a - b);
    const [median = 0, late = 0] = [times[runs / 2], times[0.9 * runs]];
    table.add(
      '.04 and .05',
      amount(runs),
      percent(times.filter((at) => at < Infinity).length / runs),
      amount(median),
      amount(late),
    );
    // Median 49,200 and 90 % by 79,000, each within what 300 runs can tell.
    expect(median).toBeGreaterThan(44_500);
    expect(median).toBeLessThan(54_000);
    expect(late).toBeGreaterThan(71_000);
    expect(late).toBeLessThan(88_000);
  });

  it.each([0.05, 0.5])('confirms none of two equal arms of %f', (rate) => {
    const runs = 300;
    let confirmed = 0;
    for (let i = 0; i < runs; i++) if (confirmedAfter([rate, rate], 30_000, uniformFrom(2, i)) < Infinity) confirmed++;
    table.add(`${rate} and ${rate}, up to 30,000 requests`, amount(runs), percent(confirmed / runs), '', '');
    expect(confirmed).toBeLessThanOrEqual(mostAllowed(runs, alpha));
  });

  it('is what the page says', () => expectGenerated(qualityPage, 'winner', table.markdown));
});
