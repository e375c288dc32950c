import { formatDuration, type Evidence } from '#contracts';
import type { Manifest } from '#manifests';
import { isOverdue } from '../gates/max-duration.js';
import { passGates } from '../gates/pass-gates.js';
import type { Standing } from '../store/standing.js';
import { evaluate, strategyNamed, type Outcome } from './evaluate.js';

/** What becomes of a rollout at work: what its strategy says, as far as gates let it pass, and no longer than it may take. */
export function askRollout(standing: Standing, manifest: Manifest, evidence: Evidence | null, now: number): Outcome {
  const { rollout, plan } = standing;
  const policy = manifest.envelope.spec.rollout;
  const outcome = passGates(evaluate(manifest, rollout, plan, evidence, now), rollout, plan, policy, now);
  if (outcome.status !== 'running' || policy?.maxDuration === undefined || policy.onMaxDuration !== 'rollback')
    return outcome;
  if (!isOverdue({ policy, startedAt: rollout.startedAt.getTime(), now })) return outcome;
  const { strategy, spec, state } = rollout;
  const undone = strategyNamed(strategy).steer({ spec, state, verb: 'rollback', now });
  const ended = evaluate(manifest, { strategy, spec, state: undone, status: 'running' }, plan, evidence, now);
  const reason = `rolled back: not decided within ${formatDuration(policy.maxDuration)}, the longest that a rollout may take`;
  const { version } = outcome.verdict;
  const named = version === undefined ? {} : { version };
  return { ...ended, verdict: { outcome: 'rollback', ...named, reason, checks: outcome.verdict.checks } };
}
