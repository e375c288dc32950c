import { Injectable } from '@nestjs/common';
import { soleVersionOf, type BrokenGlass, type TrafficPlan } from '#contracts';
import { CoalescingProducer, KafkaBatchServer, TopicNames } from '#kafka';
import { HttpProblem, notFound } from './api/http-problem.js';
import { PlansOnTopic } from './plans/plans-on-topic.js';
import type { Author } from './store/changes.js';
import { unlessLate } from './unless-late.js';

/** Longest wait for the topic: to have been read after a start, to take a record, and to show it, in ms. */
const topicMs = 5_000;

/**
 * A rollback without Postgres, by any deployer: from the last plan that it read, straight to the topic. The leader takes it over into the database as soon
 * as there is one (`EndpointLock`).
 */
@Injectable()
export class BreakGlass {
  constructor(
    private readonly topic: PlansOnTopic,
    private readonly server: KafkaBatchServer,
    private readonly producer: CoalescingProducer,
    private readonly names: TopicNames,
  ) {}

  /**
   * Resolves once the plan is the valid one on the topic. Of two who break the glass at once the first wins, and both are told of its plan; one who
   * was overtaken by a plan that was on its way tries again above it.
   *
   * @throws HttpProblem 404 or 409; 503 where Kafka does not take it either
   */
  async rollBack(name: string, author: Author): Promise<BrokenGlass> {
    await this.orNothing(this.server.caughtUp);
    for (;;) {
      const plan = this.topic.get(name)?.plan;
      if (plan === undefined || plan.deleted === true) throw notFound(name);
      if (plan.origin === 'break-glass') {
        return { name, epoch: plan.epoch, origin: plan.origin, allocation: plan.allocation, note };
      }
      const back = planBack(plan, author, Date.now());
      await this.orNothing(
        this.producer.send({ topic: this.names.of('plans'), key: name, value: JSON.stringify(back) }),
      );
      await this.orNothing(this.topic.reached(name, back.epoch));
    }
  }

  private async orNothing(step: Promise<void>): Promise<void> {
    try {
      await unlessLate(step, topicMs);
    } catch (cause) {
      const message = 'neither Postgres nor Kafka can be reached: the rollback may not have come through, try again';
      throw Object.assign(new HttpProblem(503, message), { cause });
    }
  }
}

const note =
  'Postgres could not be reached: the rollback is in force by the topic of plans. Once Postgres is back it is recorded, and the rollout is left paused';

/**
 * The plan that gives everything to the version that the plan in force falls back to: the last good one.
 *
 * @throws HttpProblem 409 where that one has everything already
 */
export function planBack(plan: TrafficPlan, { actor, reason }: Author, at: number): TrafficPlan {
  const { fallback, epoch, step } = plan;
  if (soleVersionOf(plan) === fallback && plan.shadows.length === 0) {
    throw new HttpProblem(409, `"${fallback}" answers everything already, and nothing is known to go back to`);
  }
  // What a strategy asked of the routers and of those who count ends with it.
  const { baseline: _, bucketMs: __, contextual: ___, ...rest } = plan;
  return {
    ...rest,
    epoch: epoch + 1,
    step: step + 1,
    allocation: [{ version: fallback, weight: 1 }],
    shadows: [],
    origin: 'break-glass',
    author: { actor, ...(reason === undefined ? {} : { reason }) },
    at,
  };
}
