import { EventEmitter, once } from 'node:events';
import { Inject, Injectable } from '@nestjs/common';
import type { TrafficPlan } from '#contracts';
import { Heartbeater, PlansView } from '#kafka';
import { LOGGER, type Logger } from '#platform';
import { compilePlan, type CompiledPlan } from '#routing';

/** The plans in force, ready for decisions; each new one is said to the others at once by a heartbeat. */
@Injectable()
export class PlanTable {
  private readonly plans = new Map<string, CompiledPlan>();
  private readonly changes = new EventEmitter().setMaxListeners(0);

  constructor(
    view: PlansView,
    heartbeater: Heartbeater,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    heartbeater.describe(() => ({ epochs: this.epochs() }));
    view.onChange((plan) => {
      if (this.accept(plan)) heartbeater.changed();
    });
  }

  /** The plan of an endpoint, also that of a deleted one; undefined before its first. */
  get(endpoint: string): CompiledPlan | undefined {
    return this.plans.get(endpoint);
  }

  /** Resolves with the endpoint's next plan, or after so many milliseconds. */
  async changed(endpoint: string, ms: number): Promise<void> {
    const limit = AbortSignal.timeout(Math.max(0, ms));
    await once(this.changes, endpoint, { signal: limit }).catch((error: unknown) => {
      if (!limit.aborted) throw error;
    });
  }

  private accept(plan: TrafficPlan): boolean {
    try {
      this.plans.set(plan.endpoint, compilePlan(plan));
    } catch (error) {
      // The plan before it stays in force, and the epoch said to the deployer stays behind.
      this.logger.error({ err: error, endpoint: plan.endpoint, epoch: plan.epoch }, 'this plan cannot be executed');
      return false;
    }
    this.changes.emit(plan.endpoint);
    return true;
  }

  private epochs(): Record<string, number> {
    return Object.fromEntries([...this.plans].map(([endpoint, { plan }]) => [endpoint, plan.epoch]));
  }
}
