import type { OffPolicyEstimate } from '#bandits';
import type { LoggedRequest } from '#contracts';
import { percent, short, tableOf } from '../output.js';
import { amount } from '../simulation/words.js';
import type { Estimate } from './estimate.js';

export interface EvaluationReport {
  readonly endpoint: string;
  readonly rows: readonly LoggedRequest[];
  readonly estimates: readonly Estimate[];
  readonly alpha: number;
  readonly notes: readonly string[];
}

/** What an evaluation came to, for people. */
export function evaluationText({ endpoint, rows, estimates, alpha, notes }: EvaluationReport): string {
  const [first] = rows;
  const last = rows.at(-1);
  if (first === undefined || last === undefined) {
    return `${endpoint}: no scored request in the log of that time; nothing can be said`;
  }
  const mean = rows.reduce((sum, { reward }) => sum + reward, 0) / rows.length;
  const interval = `${percent(1 - alpha)} INTERVAL`;
  return [
    `${endpoint}: ${amount(rows.length)} scored requests from ${first.requestedAt} to ${last.requestedAt}`,
    `as they were answered: mean reward ${short(mean)}`,
    '',
    tableOf(
      ['IF IT HAD BEEN', 'MEAN REWARD', interval, 'IPS', 'DOUBLY ROBUST', 'DIRECT', 'WORTH', 'LEFT OUT'],
      estimates.map(({ target, ips, snips, direct, doublyRobust, leftOut }) => [
        target,
        short(snips?.value),
        intervalText(snips),
        withError(ips),
        withError(doublyRobust),
        short(direct?.value),
        snips === null ? '–' : amount(snips.effectiveSampleSize),
        amount(leftOut),
      ]),
    ),
    '',
    ...notes.map((note) => `note: ${note}`),
  ].join('\n');
}

const intervalText = (estimate: OffPolicyEstimate | null): string =>
  estimate === null || !Number.isFinite(estimate.lower) ? '–' : `${short(estimate.lower)} … ${short(estimate.upper)}`;

const withError = (estimate: OffPolicyEstimate | null): string => {
  if (estimate === null) return '–';
  const { value, standardError } = estimate;
  return Number.isNaN(standardError) ? short(value) : `${short(value)} ± ${short(standardError)}`;
};
