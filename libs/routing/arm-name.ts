import { baselineArm, type TrafficPlan } from '#contracts';
import { hashToUnit } from './hash.js';

/** What the name depends on; the assigned version is known already. */
export interface ArmQuestion {
  readonly version: string;
  /** Of the row that counts; absent: primary. A shadow counts as itself. */
  readonly role?: string;
  readonly requestId: string;
  readonly routingKey: string | null;
}

/**
 * The name under which a request that was assigned to a version counts: the version's, or that of the baseline, where the plan keeps one and the
 * request lies in it. A pure function of plan and request, so that whoever counts comes to the same, now and in a recount.
 */
export function armName(
  plan: Pick<TrafficPlan, 'baseline' | 'salt' | 'assignment'> | undefined,
  { version, role, requestId, routingKey }: ArmQuestion,
): string {
  if (plan?.baseline?.version !== version || role === 'shadow') return version;
  const { baseline, salt, assignment } = plan;
  const unit = assignment === 'key' && routingKey ? routingKey : requestId;
  return hashToUnit(`${salt}\0${unit}`) >= 1 - baseline.weight ? baselineArm(version) : version;
}
