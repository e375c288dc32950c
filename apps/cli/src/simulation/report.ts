import type { Manifest } from '#manifests';
import {
  bestVersions,
  ruleOf,
  valueOf,
  type OutcomeCount,
  type Quantiles,
  type Summary,
  type World,
} from '#simulation';
import { percent, short, tableOf } from '../output.js';
import { shareChart } from './share-chart.js';
import { amount, spanText } from './words.js';

export interface Report {
  readonly manifest: Manifest;
  readonly world: World;
  readonly seed: number;
  readonly summary: Summary;
  /** What may surprise. */
  readonly warnings: readonly string[];
  /** Characters from side to side. */
  readonly width: number;
}

/** What a simulation came to, for people. */
export function reportText(report: Report): string {
  const { summary, warnings } = report;
  return [
    heading(report),
    ...warnings.map((warning) => `note: ${warning}`),
    '',
    tableOf(
      ['OUTCOME', 'RUNS', 'SHARE'],
      summary.outcomes.map((count) => [
        outcomeText(count, report),
        String(count.runs),
        percent(count.runs / summary.runs),
      ]),
    ),
    '',
    figures(report),
    '',
    'share of the traffic over time, mean over the runs',
    chart(report),
    ...(summary.example?.decision
      ? ['', `for example, run ${summary.example.run}: ${summary.example.decision.reason}`]
      : []),
  ].join('\n');
}

function heading({ manifest, world, seed, summary }: Report): string {
  const { requests, delay } = world;
  const time = spanText(lengthOf(world));
  const truth =
    delay.ms === 0
      ? 'truth at once'
      : `truth after ${spanText(delay.ms)}${delay.kind === 'fixed' ? '' : ' on average'}`;
  const values = Object.entries(world.versions).map(([version, { reward, deviation }]) =>
    deviation === undefined ? `${version} ${short(reward)}` : `${version} ${short(reward)} ± ${short(deviation)}`,
  );
  const kinds = (world.kinds ?? []).map(({ share, rewards }) => {
    const each = Object.entries(rewards).map(([version, reward]) => `${version} ${short(reward)}`);
    return `${percent(share)} of the requests: ${each.join(', ')}`;
  });
  return [
    `${manifest.name}: ${manifest.strategy.name}, ${summary.runs} ${summary.runs === 1 ? 'run' : 'runs'} of ${amount(requests)} requests (${time}), ${truth}, seed ${seed}`,
    `rewards as assumed: ${values.join(', ')}; best${kinds.length === 0 ? '' : ' for all'}: ${bestVersions(world, ruleOf(manifest), 0).join(', ')}`,
    ...kinds,
  ].join('\n');
}

const done: Readonly<Record<OutcomeCount['outcome'], string>> = {
  promote: 'promoted',
  rollback: 'rolled back',
  reject: 'rejected',
  equivalent: 'found equivalent:',
  undecided: 'still undecided',
  steady: 'nothing to decide:',
  hold: 'held',
  advance: 'advanced',
};

function outcomeText({ outcome, version, ended }: OutcomeCount, { manifest, world }: Report): string {
  const name = version === null ? '' : ` ${version}`;
  const text =
    ended || outcome === 'undecided' ? `${done[outcome]}${name}` : `advised: ${outcome}${name}, waits for an operator`;
  if (outcome !== 'promote' || version === null || isChanging(world)) return text;
  return bestVersions(world, ruleOf(manifest), 0).includes(version) ? text : `${text} (not the best)`;
}

const isChanging = ({ versions }: World): boolean =>
  Object.values(versions).some(({ changes = [] }) => changes.length > 0);

/** How long it takes, and what it costs. */
function figures(report: Report): string {
  const { outcomes } = report.summary;
  // Where there is nothing to decide there is no time to it.
  const tables = outcomes.every(({ outcome }) => outcome === 'steady')
    ? [costs(report)]
    : [times(report), costs(report)];
  return tables.join('\n\n');
}

function times({ world, summary: { timeToVerdict, requestsToVerdict } }: Report): string {
  const row = (title: string, { median, p90 }: Quantiles, text: (value: number) => string, most: number) => [
    title,
    ...[median, p90].map((value) => (value === null ? `over ${text(most)}` : text(value))),
  ];
  return tableOf(
    ['', 'MEDIAN', '90 %'],
    [
      row('time to a verdict', timeToVerdict, spanText, lengthOf(world)),
      row('requests to a verdict', requestsToVerdict, amount, world.requests),
    ],
  );
}

function costs({ manifest, world, summary: { worse, regret, requests } }: Report): string {
  const unit = manifest.reward.kind === 'binary' ? 'right answers' : 'reward';
  return tableOf(
    ['', 'MEAN', '90 %'],
    [
      ['requests answered by a worse version', amount(worse.mean), amount(worse.p90)],
      [`regret (${unit} lost against the best)`, amount(regret.mean), amount(regret.p90)],
      ...Object.entries(requests).map(([version, mean]) => [
        `requests of ${version}, worth ${short(valueOf(world, ruleOf(manifest), version, 0))} each`,
        amount(mean),
        '',
      ]),
    ],
  );
}

/** Of a run, ms. */
const lengthOf = ({ requests, requestsPerSecond }: World): number => (requests / requestsPerSecond) * 1000;

/** As far as most runs are decided: after that nothing moves. */
function chart({ world, summary, width }: Report): string {
  const end = lengthOf(world);
  const { p90 } = summary.timeToVerdict;
  const shown = p90 === null ? 1 : Math.min(1, (1.25 * p90) / end);
  const shares = Object.fromEntries(
    Object.entries(summary.shares).map(([version, parts]) => [
      version,
      parts.slice(0, Math.max(1, Math.round(shown * parts.length))),
    ]),
  );
  const parts = Object.values(shares)[0]?.length ?? 0;
  const all = Object.values(summary.shares)[0]?.length ?? 1;
  return shareChart({ shares, span: (parts / all) * end, width });
}
