import type { Command } from 'commander';
import type { Check, EndpointView } from '#contracts';
import { apiOf } from '../context.js';
import { healthLines } from '../health/health-table.js';
import { percent, print, sharesOf, short, tableOf } from '../output.js';

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
  const shadows = plan.shadows.map(({ version, fraction }) => `${version} (${percent(fraction)})`).join(', ');
  return [
    `endpoint   ${view.name}`,
    `strategy   ${view.strategy.name}, rollout ${rollout.id} ${rollout.status} since ${rollout.startedAt}`,
    `plan       ${plan.epoch} (revision ${plan.revision}): ${sharesOf(plan.allocation)}${shadows === '' ? '' : `; shadows ${shadows}`}; fallback ${plan.fallback}`,
    `ready      ${view.ready ? 'yes' : `no: ${view.waitsFor.join('; ')}`}`,
    '',
    versionsTable(view),
    ...(view.pairs.length === 0 ? [] : ['', pairsTable(view)]),
    ...healthLines(view),
    '',
    ...verdictLines(view),
  ].join('\n');
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

/** A verdict with every check. */
export function verdictLines({ verdict }: Pick<EndpointView, 'verdict'>): string[] {
  if (verdict === null) return ['verdict    none yet'];
  return [
    `verdict    ${verdict.outcome}: ${verdict.reason}`,
    ...(verdict.waitsFor === undefined ? [] : [`waits for  ${verdict.waitsFor}`]),
    ...(verdict.checks.length === 0
      ? []
      : ['', tableOf(['CHECK', 'OUTCOME', 'VALUE', 'THRESHOLD', 'DETAIL'], verdict.checks.map(checkRow))]),
  ];
}

function checkRow({ name, outcome, value, lower, upper, threshold, detail }: Check): string[] {
  const range = lower === undefined && upper === undefined ? '' : ` [${short(lower)}, ${short(upper)}]`;
  return [name, outcome, `${short(value)}${range}`, short(threshold), detail];
}
