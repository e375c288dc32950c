import { InvalidArgumentError, type Command } from 'commander';
import { parseDuration, type EndpointView, type LoggedRequest } from '#contracts';
import { parseManifest } from '#manifests';
import type { RewardKind } from '#strategies';
import { apiOf } from '../context.js';
import { estimate, isFixed } from '../evaluation/estimate.js';
import { evaluationText } from '../evaluation/report.js';
import { fixedTarget, policyTarget, versionsIn, type Target } from '../evaluation/targets.js';
import { print } from '../output.js';
import { figureOf, sharesByVersion } from '../simulation/parse-world.js';

interface EvaluateOptions {
  readonly version: readonly string[];
  readonly shares: readonly (readonly [text: string, shares: Readonly<Record<string, number>>])[];
  readonly policy: readonly { name: string; options: Record<string, unknown> }[];
  readonly floor: number;
  readonly cadence: number;
  readonly from?: string;
  readonly to?: string;
  readonly alpha: number;
}

/** `evaluate NAME`: what another way to share the requests would have earned, by the prediction log. */
export function registerEvaluate(program: Command): void {
  const more =
    <Value>(read: (text: string) => Value) =>
    (text: string, before: readonly Value[]) => [...before, read(text)];
  program
    .command('evaluate')
    .argument('<name>', 'the endpoint')
    .description('what another version, other shares or another policy would have earned, by the prediction log')
    .option('--version <version>', 'this version for everything; may be repeated', more(String), [])
    .option('--shares <v=share,…>', 'these shares: v1=0.5,v2=0.5; may be repeated', more(sharesOf), [])
    .option(
      '--policy <policy>',
      'a bandit’s policy by name, or as JSON with its options; may be repeated',
      more(policyOf),
      [],
    ) // prettier-ignore
    .option('--floor <share>', 'least share of each version under a policy', figureOf, 0.05)
    .option('--cadence <time>', 'how often a policy computes its shares', cadenceOf, 30_000)
    .option('--from <time>', 'requests from then on (ISO 8601); default: the present rollout’s')
    .option('--to <time>', 'requests before (ISO 8601); default: now')
    .option('--alpha <level>', 'error level of the intervals', figureOf, 0.05)
    .action(evaluate);
}

async function evaluate(name: string, options: EvaluateOptions, command: Command): Promise<void> {
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

const sharesOf = (text: string): [string, Record<string, number>] => [text, sharesByVersion(text)];

function policyOf(text: string): { name: string; options: Record<string, unknown> } {
  if (!text.startsWith('{')) return { name: text, options: {} };
  try {
    const { name, ...options } = JSON.parse(text) as Record<string, unknown>;
    if (typeof name === 'string') return { name, options };
  } catch {
    // Said below.
  }
  throw new InvalidArgumentError('expected a policy’s name, or JSON such as {"name": "softmax", "temperature": 0.1}');
}

function cadenceOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) throw new InvalidArgumentError('expected a time such as 30s');
  return ms;
}
