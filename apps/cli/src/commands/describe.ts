import type { Command } from 'commander';
import type { Check, EndpointView, VerdictWait } from '#contracts';
import { apiOf } from '../context.js';
import { healthLines } from '../health/health-table.js';
import { percent, print, shadowsOf, sharesOf, short, tableOf } from '../output.js';
import { spanText } from '../simulation/words.js';
import { estimateText } from '../watching/time-words.js';

/** `describe NAME`: the plan, the evidence, and the verdict with every check. */
export function registerDescribe(program: Command): void {
  program
    .command('describe')
    .argument('<name>', 'the endpoint')
    .description('what runs, the evidence for each version, and the verdict with every check')
    .action(async (name: string, _options: object, command: Command) => {
      const view = await apiOf(command).get(name);
      print(command, view, () => describe(view));
    });
}

/** An endpoint in words. */
export function describe(view: EndpointView): string {
  const { rollout, plan } = view;
  const shadows = shadowsOf(plan.shadows);
  return [
    `endpoint   ${view.name}`,
    `strategy   ${view.strategy.name}, rollout ${rollout.id} ${rollout.status} since ${rollout.startedAt}`,
    ...templateLines(view),
    `plan       ${plan.epoch} (revision ${plan.revision}): ${sharesOf(plan.allocation)}${shadows === '' ? '' : `; shadows ${shadows}`}; fallback ${plan.fallback}`,
    ...(plan.rules ?? []).map(({ when, version }) => `pinned     ${pinOf(when)} to ${version}`),
    `last good  ${view.lastGood ?? 'none yet'}`,
    `ready      ${view.ready ? 'yes' : `no: ${view.waitsFor.join('; ')}`}`,
    '',
    versionsTable(view),
    ...(view.pairs.length === 0 ? [] : ['', pairsTable(view)]),
    ...healthLines(view),
    '',
    ...verdictLines(view),
  ].join('\n');
}

/** The template that the strategy was made of, and whether the endpoint has its newest revision. */
function templateLines({ template }: EndpointView): string[] {
  if (template === null) return [];
  const { name, revision, newest } = template;
  const since = newest === null ? '; it is gone' : newest > revision ? `; revision ${newest} comes with the next apply or update` : ''; // prettier-ignore
  return [`template   ${name}, revision ${revision}${since}`];
}

function versionsTable(view: EndpointView): string {
  const rows = view.versions.map(({ version, weight, shadowFraction, workers, failure, evidence }) => [
    version,
    shadowFraction === null ? percent(weight) : 'shadow',
    String(workers),
    String(evidence?.requests ?? 0),
    String(evidence?.errors ?? 0),
    String(evidence?.scored ?? 0),
    short(evidence?.mean),
    evidence?.lower == null || evidence.upper == null ? '–' : `${short(evidence.lower)} … ${short(evidence.upper)}`,
    failure ?? '',
  ]);
  const head = [
    'VERSION',
    'SHARE',
    'WORKERS',
    'REQUESTS',
    'ERRORS',
    'SCORED',
    'REWARD',
    'INTERVAL',
    rows.some((row) => row[8] !== '') ? 'FAILURE' : '',
  ];
  return tableOf(head, rows);
}

/** Shadows beside the champion. */
export function pairsTable({ pairs }: Pick<EndpointView, 'pairs'>): string {
  return tableOf(
    ['SHADOW', 'BESIDE', 'SCORED', 'BETTER', 'WORSE', 'MEAN DIFFERENCE'],
    pairs.map((pair) => [
      pair.shadow,
      pair.champion,
      String(pair.scored),
      String(pair.better),
      String(pair.worse),
      short(pair.scored === 0 ? null : pair.sumDifference / pair.scored),
    ]),
  );
}

type Rule = NonNullable<EndpointView['plan']['rules']>[number];

const pinOf = (when: Rule['when']): string =>
  'routingKey' in when ? `routing key ${when.routingKey}` : `header ${when.header}: ${when.equals}`;

/** A verdict with every check. @param wait absent: nobody has estimated how long it may take */
export function verdictLines({
  verdict,
  wait,
}: Pick<EndpointView, 'verdict'> & Partial<Pick<EndpointView, 'wait'>>): string[] {
  if (verdict === null) return ['verdict    none yet'];
  return [
    `verdict    ${verdict.outcome}: ${verdict.reason}`,
    ...(verdict.waitsFor === undefined ? [] : [`waits for  ${verdict.waitsFor}`]),
    ...(wait == null ? [] : [`how long   ${estimateText(wait)}`]),
    ...(verdict.checks.length === 0 ? [] : ['', checksTable(verdict.checks, wait)]),
  ];
}

/** Every check with its numbers; with an estimate of how long those that wait may take, where there is one. */
function checksTable(checks: readonly Check[], wait: VerdictWait | null | undefined): string {
  const isShared = (name: string) => checks.filter((check) => check.name === name).length > 1;
  const rows = checks.map((check) => {
    const { name, version, outcome, value, lower, upper, threshold, detail } = check;
    const range = lower === undefined && upper === undefined ? '' : ` [${short(lower)}, ${short(upper)}]`;
    const left = wait?.checks.find((one) => one.name === name && one.version === version);
    return [
      isShared(name) && version !== undefined ? `${name} ${version}` : name,
      outcome,
      `${short(value)}${range}`,
      short(threshold),
      ...(wait == null ? [] : [left === undefined ? '' : left.ms === null ? 'unknown' : spanText(left.ms)]),
      detail,
    ];
  });
  return tableOf(['CHECK', 'OUTCOME', 'VALUE', 'THRESHOLD', ...(wait == null ? [] : ['WAITS']), 'DETAIL'], rows);
}
