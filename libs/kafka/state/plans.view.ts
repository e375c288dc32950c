import type { TrafficPlan } from '#contracts';

export type PlanListener = (plan: TrafficPlan, previous: TrafficPlan | undefined) => void;

/**
 * The plan in force of each endpoint. Never goes back: a record counts only if its epoch is greater, so that the first
 * record of an epoch is the valid one.
 */
export class PlansView {
  private readonly plans = new Map<string, TrafficPlan>();
  private readonly listeners: PlanListener[] = [];

  /** @returns whether the plan is in force now */
  apply(plan: TrafficPlan): boolean {
    const previous = this.plans.get(plan.endpoint);
    if (previous !== undefined && plan.epoch <= previous.epoch) return false;
    this.plans.set(plan.endpoint, plan);
    for (const listener of this.listeners) listener(plan, previous);
    return true;
  }

  /** Undefined where there never was one; that of a deleted endpoint says `deleted`. */
  get(endpoint: string): TrafficPlan | undefined {
    return this.plans.get(endpoint);
  }

  all(): TrafficPlan[] {
    return [...this.plans.values()];
  }

  /** The epoch in force, by endpoint. */
  epochs(): Record<string, number> {
    return Object.fromEntries(this.all().map(({ endpoint, epoch }) => [endpoint, epoch]));
  }

  /** Called after each plan that comes into force, those read at the start too. */
  onChange(listener: PlanListener): void {
    this.listeners.push(listener);
  }
}
