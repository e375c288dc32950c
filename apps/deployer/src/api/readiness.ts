import type { TrafficPlan } from '#contracts';

/** What is known of who lives, as far as an endpoint's readiness asks. */
export interface Living {
  /** Living routers with the epoch that each executes for the endpoint, 0 for none. */
  readonly routers: readonly { readonly instance: string; readonly epoch: number }[];
  /** Living workers that have a version loaded. */
  readonly workersOf: (version: string) => number;
  /** Why living workers could not load a version. */
  readonly failuresOf: (version: string) => readonly string[];
  /** Whether the plan stands on its topic. */
  readonly published: boolean;
}

/** What an endpoint waits for until every living router executes its plan and every allocated or shadow version has a living worker. */
export function waitsFor(plan: TrafficPlan, living: Living): string[] {
  const waits: string[] = [];
  if (!living.published) waits.push(`plan ${plan.epoch} to be published to Kafka`);
  if (living.routers.length === 0) waits.push('a living router');
  for (const { instance, epoch } of living.routers) {
    if (epoch < plan.epoch)
      waits.push(`${instance} to execute plan ${plan.epoch} (it has ${epoch === 0 ? 'none' : epoch})`);
  }
  const needed = new Set([...plan.allocation, ...plan.shadows].map(({ version }) => version));
  for (const version of needed) {
    if (living.workersOf(version) > 0) continue;
    const [failure] = living.failuresOf(version);
    waits.push(`a living worker with ${version}${failure === undefined ? '' : `, which cannot be loaded: ${failure}`}`);
  }
  return waits;
}
