import { mainVersion } from '../plans/make-plan.js';
import { isAtWork, type Standing } from '../store/standing.js';

/** The version to trust when another rollout begins: of a rollout at work the one that it would go back to, else the one that it has ended with. */
export function lastGoodVersion({ rollout, plan }: Pick<Standing, 'rollout' | 'plan'>): string | undefined {
  return isAtWork({ rollout }) ? plan.fallback : mainVersion(plan);
}
