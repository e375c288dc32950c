import type { Decision } from '#contracts';
import { decide, drawShadows, type Assignment, type CompiledContext, type CompiledPlan } from '#routing';
import type { RoutedRequest } from './read-request.js';

/** One copy of a request: the work of one version. */
export interface Copy {
  readonly decision: Decision;
  /** Partition of the version's work topic with a living owner; undefined where nobody lives. */
  readonly partition: number | undefined;
}

/** Where work of a version goes: a partition that a living worker owns; undefined where none lives. */
export type PartitionOf = (version: string) => number | undefined;

/** Who answers a request, and who sees it in the wings. */
export interface Route {
  readonly answering: Copy;
  readonly shadows: readonly Copy[];
}

const noShadows: readonly Copy[] = [];

/**
 * Executes a plan for one request. A second attempt goes to the fallback, and so does a request whose version has no
 * living worker while the fallback has one; where neither lives, it waits in the work of the version it was assigned to.
 * Shadows see first attempts that are pinned to no version; those without a living worker are left out.
 *
 * @param withShadows false where the router sheds them
 */
export function route(request: RoutedRequest, plan: CompiledPlan, partitionOf: PartitionOf, withShadows = true): Route {
  const { fallback } = plan.plan;
  if (request.secondAttempt) {
    return {
      answering: copyOf(request, plan, partitionOf, { version: fallback, role: 'fallback' }),
      shadows: noShadows,
    };
  }
  const assignment = decide({
    plan,
    requestId: request.id,
    routingKey: request.routingKey,
    headers: request.record.headers,
    pinned: request.pinned,
    features: plan.context && featuresOf(plan.context, request),
  });
  const { version } = assignment;
  const orphaned =
    request.pinned === undefined &&
    version !== fallback &&
    partitionOf(version) === undefined &&
    partitionOf(fallback) !== undefined;
  const answering = copyOf(request, plan, partitionOf, {
    ...assignment,
    ...(orphaned ? { version: fallback, role: 'fallback', assigned: version } : { role: 'primary' }),
  });
  if (!withShadows || assignment.pinned) return { answering, shadows: noShadows };

  const shadows: Copy[] = [];
  for (const shadow of drawShadows(plan, request.id)) {
    if (shadow === answering.decision.version || partitionOf(shadow) === undefined) continue;
    const propensity = plan.fractions.get(shadow) ?? null;
    shadows.push(copyOf(request, plan, partitionOf, { version: shadow, role: 'shadow', propensity }));
  }
  return { answering, shadows };
}

/** What a contextual plan looks at; null where the body cannot be read. */
function featuresOf(context: CompiledContext, { record }: RoutedRequest): number[] | null {
  try {
    return context.read(JSON.parse(record.value?.toString() ?? 'null'));
  } catch {
    return null; // The worker says what is wrong with it.
  }
}

type Particulars = Pick<Decision, 'version' | 'role'> &
  Partial<Pick<Decision, 'propensity' | 'pinned' | 'assigned'>> &
  Pick<Assignment, 'features'>;

function copyOf(
  request: RoutedRequest,
  { plan }: CompiledPlan,
  partitionOf: PartitionOf,
  particulars: Particulars,
): Copy {
  const { version, role, propensity = null, pinned = false, assigned, features } = particulars;
  const decision: Decision = {
    version,
    role,
    revision: plan.revision,
    epoch: plan.epoch,
    rollout: plan.rollout,
    step: plan.step,
    propensity,
    pinned,
    // Who asks for a version by name wants no other one's answer: nobody stands in for it.
    fallback: request.pinned ?? plan.fallback,
    ...(assigned !== undefined && { assigned }),
    ...(features !== undefined && { features: [...features] }),
  };
  return { decision, partition: partitionOf(version) };
}
