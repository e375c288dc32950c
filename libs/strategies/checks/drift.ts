import type { Check, HealthEvidence } from '#contracts';
import type { DriftGuardrail } from '../spec-parts.js';
import { figure } from '../words.js';

/** The index grows by chance where few are looked at: it counts where the test rejects too, at this level over all columns of a look. */
const level = 0.01;

export interface DriftQuestion {
  readonly version: string;
  readonly champion: string;
  /** What is known of both now, where it is. */
  readonly own: HealthEvidence | undefined;
  readonly beside: HealthEvidence | undefined;
  readonly guardrail: DriftGuardrail;
}

/**
 * Guardrail on how far a version's answers and inputs are from the reference, which are the champion's of another time: `pass` up to the index allowed,
 * `wait` beyond it and as long as nothing is known. It never speaks against a version: a better one answers differently, and inputs change by the hour.
 */
export function driftChecks(question: DriftQuestion): Check[] {
  const { predictions, inputs } = question.guardrail;
  return [
    ...(predictions === undefined ? [] : [checkOf(question, 'answers', answersOf, predictions)]),
    ...(inputs === undefined ? [] : [checkOf(question, 'inputs', inputsOf, inputs)]),
  ];
}

interface Finding {
  readonly psi: number;
  /** Which column it is of, where there are several. */
  readonly column?: string;
  /** Not to be explained by chance. */
  readonly isSure: boolean;
}

const answersOf = ({ answers }: HealthEvidence): Finding[] | undefined =>
  answers === null ? undefined : [{ psi: answers.psi, isSure: answers.pValue < level }];

const inputsOf = ({ inputs }: HealthEvidence): Finding[] | undefined =>
  inputs?.most.map(({ name, psi, pValue }) => ({ psi, column: name, isSure: pValue < level / inputs.columns }));

function checkOf(
  { version, champion, own, beside }: DriftQuestion,
  what: 'answers' | 'inputs',
  of: (health: HealthEvidence) => Finding[] | undefined,
  threshold: number,
): Check {
  const named = { name: 'drift', version, threshold };
  const found = own === undefined ? undefined : of(own);
  const worst = found?.find(({ psi, isSure }) => psi > threshold && isSure) ?? found?.[0];
  if (worst === undefined) {
    const detail = `how far the ${what} of ${version} are from the reference is not known: the last hour or the reference has too few`;
    return { ...named, outcome: 'wait', detail };
  }
  const { psi, column, isSure } = worst;
  const whose = column === undefined ? `the ${what} of ${version}` : `input ${column} of ${version}`;
  const same = beside === undefined ? undefined : of(beside)?.find((other) => other.column === column);
  const compared = same === undefined ? '' : `, ${champion} now ${figure(same.psi)}`;
  const numbers = `PSI ${figure(psi)} against the reference, allowed ${figure(threshold)}${compared}`;
  if (psi > threshold && isSure) return { ...named, outcome: 'wait', value: psi, detail: `${whose} drift: ${numbers}` };
  const chance = psi > threshold ? ': no more than chance makes of so few' : '';
  return { ...named, outcome: 'pass', value: psi, detail: `${whose}: ${numbers}${chance}` };
}
