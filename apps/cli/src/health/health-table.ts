import type { Agreement, EndpointView, VersionHealth } from '#contracts';
import { percent, short, tableOf } from '../output.js';

/** What is known of the versions without truth; nothing where nothing is. */
export function healthLines({ versions }: Pick<EndpointView, 'versions'>): string[] {
  const known = versions.flatMap(({ version, health }) => (health === undefined ? [] : [{ version, health }]));
  if (known.length === 0) return [];
  const head = [
    'WITHOUT TRUTH',
    'REQUESTS',
    'INPUTS THAT DRIFT',
    'MOST',
    'ANSWERS',
    'AGREES WITH',
    'ESTIMATED ACCURACY',
    'CALIBRATED ON',
  ];
  return ['', tableOf(head, known.map(rowOf))];
}

function rowOf({ version, health }: { version: string; health: VersionHealth }): string[] {
  const { requests, inputs, answers, agreement, accuracy } = health;
  const most = inputs?.most[0];
  return [
    version,
    String(requests),
    inputs === null ? '–' : `${inputs.drifted} of ${inputs.columns}`,
    most === undefined ? '–' : `${most.name} PSI ${short(most.psi)}`,
    answers === null ? '–' : `PSI ${short(answers.psi)}`,
    agreement == null ? '–' : agreementOf(agreement, answers?.kind === 'numeric'),
    accuracy === null ? '–' : `${percent(accuracy.estimate)} ± ${percent(1.96 * accuracy.standardError)}`,
    accuracy === null ? '–' : `${accuracy.calibratedOn.answers} of ${accuracy.calibratedOn.version}`,
  ];
}

/** Numbers are seldom the same: of them the mean difference says more. */
function agreementOf({ champion, compared, agreed, meanDifference }: Agreement, areNumbers: boolean): string {
  const sign = (meanDifference ?? 0) > 0 ? '+' : '';
  return areNumbers && meanDifference !== null
    ? `${champion} but for ${sign}${short(meanDifference)} on average of ${compared}`
    : `${champion} in ${percent(agreed)} of ${compared}`;
}
