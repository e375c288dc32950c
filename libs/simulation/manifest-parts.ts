import { truthSpec } from '#contracts';
import type { Manifest } from '#manifests';
import { scoringRule, type ScoringRule } from '#scoring';
import { findStrategy, type RegisteredStrategy } from '#strategies';

/** How the manifest's answers are scored. */
export function ruleOf(manifest: Manifest): ScoringRule {
  const { truth } = manifest.envelope.spec;
  const result = scoringRule(truth ?? truthSpec.parse({}));
  if (!result.ok) throw new RangeError(result.problems.map(({ message }) => message).join('; '));
  return result.rule;
}

/** The manifest's strategy. @throws RangeError where it is not registered */
export function strategyOf({ strategy: { name } }: Manifest): RegisteredStrategy {
  const strategy = findStrategy(name);
  if (strategy === undefined) throw new RangeError(`strategy "${name}" is not registered`);
  return strategy;
}
