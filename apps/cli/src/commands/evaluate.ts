import { InvalidArgumentError, type Command } from 'commander';
import { durationOf } from '../arguments.js';
import type { EvaluateOptions } from '../evaluation/evaluate.js';
import { figureOf, sharesByVersion } from '../simulation/parse-world.js';

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
    .option('--cadence <time>', 'how often a policy computes its shares', durationOf, 30_000)
    .option('--from <time>', 'requests from then on (ISO 8601); default: the present rollout’s')
    .option('--to <time>', 'requests before (ISO 8601); default: now')
    .option('--alpha <level>', 'error level of the intervals', figureOf, 0.05)
    .action(async (name: string, options: EvaluateOptions, command: Command) => {
      const { evaluate } = await import('../evaluation/evaluate.js');
      await evaluate(name, options, command);
    });
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
