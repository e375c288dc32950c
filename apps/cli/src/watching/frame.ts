import type { EndpointView } from '#contracts';
import { percent, shadowsOf, sharesOf, short, tableOf } from '../output.js';
import { seriesWidth, type SeriesOfVersions } from './series.js';
import { rangeOf, sparkline } from './sparkline.js';
import { age, estimateText } from './time-words.js';

/** What `watch` shows on a terminal. @param now ms */
export function frame(view: EndpointView, series: SeriesOfVersions, now: number): string {
  const { name, strategy, rollout, plan, verdict, wait, ready, waitsFor } = view;
  const shadows = shadowsOf(plan.shadows);
  return [
    `${name}: ${strategy.name}, rollout ${rollout.id} ${rollout.status} for ${age(rollout.startedAt, now)}, plan ${plan.epoch}${shadows === '' ? '' : `; shadows ${shadows}`}`,
    ...(ready ? [] : [`not ready: ${waitsFor.join('; ')}`]),
    '',
    versionsOf(view, series),
    '',
    verdict === null ? 'no verdict yet' : `${verdict.outcome}: ${verdict.reason}`,
    ...(wait === null ? [] : [`how long: ${estimateText(wait)}`]),
  ].join('\n');
}

function versionsOf({ versions }: EndpointView, series: SeriesOfVersions): string {
  // One scale for all, so that lines can be compared.
  const scale = rangeOf(versions.flatMap(({ version }) => series.of(version).rewards));
  return tableOf(
    ['VERSION', 'SHARE', 'SHARE OVER TIME', 'REQUESTS', 'SCORED', 'REWARD', 'INTERVAL', 'REWARD OVER TIME'],
    versions.map(({ version, weight, shadowFraction, evidence }) => {
      const { shares, rewards } = series.of(version);
      const { lower = null, upper = null } = evidence ?? {};
      return [
        version,
        shadowFraction === null ? percent(weight) : 'shadow',
        sparkline(shares, { from: 0, to: 1, width: seriesWidth }),
        String(evidence?.requests ?? 0),
        String(evidence?.scored ?? 0),
        short(evidence?.mean),
        lower === null || upper === null ? '–' : `${short(lower)} … ${short(upper)}`,
        sparkline(rewards, { ...scale, width: seriesWidth }),
      ];
    }),
  );
}

/** A line for where there is no terminal. */
export function plainLine({ rollout, plan, verdict, ready }: EndpointView): string {
  const state = ready ? rollout.status : `${rollout.status}, not ready`;
  const said = verdict === null ? 'no verdict yet' : verdict.outcome;
  return `rollout ${rollout.id} ${state}; plan ${plan.epoch}: ${sharesOf(plan.allocation)}; ${said}`;
}
