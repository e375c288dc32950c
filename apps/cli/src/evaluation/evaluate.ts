import type { Command } from 'commander';
import type { EndpointView, LoggedRequest } from '#contracts';
import { parseManifest } from '#manifests';
import type { RewardKind } from '#strategies';
import { apiOf } from '../context.js';
import { print } from '../output.js';
import { estimate, isFixed } from './estimate.js';
import { evaluationText } from './report.js';
import { fixedTarget, policyTarget, type Target } from './targets.js';
import { versionsIn } from './versions-in.js';

export interface EvaluateOptions {
  readonly version: readonly string[];
  readonly shares: readonly (readonly [text: string, shares: Readonly<Record<string, number>>])[];
  readonly policy: readonly { name: string; options: Record<string, unknown> }[];
  readonly floor: number;
  readonly cadence: number;
  readonly from?: string;
  readonly to?: string;
  readonly alpha: number;
}

/** Reads the log and says what the targets would have earned. */
export async function evaluate(name: string, options: EvaluateOptions, command: Command): Promise<void> {
  const api = apiOf(command);
  const view = await api.get(name);
  const { from, to, alpha } = options;
  const rows = await api.experimentLog(name, { ...(from && { from }), ...(to && { to }) });
  const targets = targetsOf(options, rows, view);
  const estimates = rows.length === 0 ? [] : targets.map((target) => estimate(rows, target, alpha));
  const notes = notesOn(rows, view);
  print(command, { endpoint: name, rows: rows.length, alpha, estimates, notes }, () =>
    evaluationText({ endpoint: name, rows, estimates, alpha, notes }),
  );
}

/** What is asked for; where nothing is, each version by itself. */
function targetsOf(options: EvaluateOptions, rows: readonly LoggedRequest[], view: EndpointView): Target[] {
  const { version, shares, policy, floor, cadence } = options;
  const nothing = version.length + shares.length + policy.length === 0;
  return [
    ...(nothing ? versionsIn(rows) : version).map((one) => fixedTarget(`${one} alone`, { [one]: 1 })),
    ...shares.map(([text, wanted]) => fixedTarget(text, wanted)),
    ...policy.map((choice) => policyTarget({ ...choice, reward: rewardOf(view), floor, cadence })),
  ];
}

function notesOn(rows: readonly LoggedRequest[], { plan }: EndpointView): string[] {
  const notes = ['intervals are for one look; they are no test to promote by'];
  if (!isFixed(rows)) {
    notes.push('the shares changed while the log was written: where rewards moved them, intervals carry no guarantee');
  }
  if (plan.assignment === 'key') {
    notes.push('consumers are assigned as a whole: their requests hang together, and the intervals are too narrow');
  }
  return notes;
}

/** What the endpoint's rewards are. */
function rewardOf({ manifest }: EndpointView): RewardKind {
  const result = parseManifest(manifest);
  if (result.ok) return result.manifest.reward;
  throw new Error(`the endpoint's manifest cannot be read by this version of the command: ${result.problems.map(({ path, message }) => `${path}: ${message}`).join('; ')}`); // prettier-ignore
}
