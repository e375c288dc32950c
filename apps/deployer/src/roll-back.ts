import { Injectable } from '@nestjs/common';
import type { BrokenGlass } from '#contracts';
import { Database } from '#database';
import { isOutage } from './api/error-filter.js';
import { BreakGlass } from './break-glass.js';
import { PlansOnTopic } from './plans/plans-on-topic.js';
import { PublishPlans } from './plans/publish-plans.js';
import { SteerEndpoint } from './steer-endpoint.js';
import type { Author } from './store/changes.js';
import { Late, unlessLate } from './unless-late.js';

/** How long Postgres may take, in ms: while it answers others, and after it did not. */
const patienceMs = { up: 2_000, down: 300 };
/** How long the leader may take to publish the plan, in ms, before the deployer that was asked does it. */
const leaderMs = 400;

/** The verb `rollback`: effective at once, whatever becomes of Postgres or of the leader. */
@Injectable()
export class RollBack {
  constructor(
    private readonly database: Database,
    private readonly steerEndpoint: SteerEndpoint,
    private readonly breakGlass: BreakGlass,
    private readonly publishPlans: PublishPlans,
    private readonly topic: PlansOnTopic,
  ) {}

  /** @returns the epoch of the plan in force, or what was done without Postgres; @throws as `SteerEndpoint.move` and `BreakGlass.rollBack` do */
  async rollBack(name: string, author: Author): Promise<number | BrokenGlass> {
    const steered = this.steerEndpoint.move(name, { verb: 'rollback' }, author);
    let epoch: number;
    try {
      epoch = await unlessLate(steered, patienceMs[this.database.isUp ? 'up' : 'down']);
    } catch (error) {
      if (!(error instanceof Late) && !isOutage(error)) throw error;
      // Should Postgres have taken it after all, its plan is below the one on the topic, and thrown away.
      steered.catch(() => undefined);
      return this.breakGlass.rollBack(name, author);
    }
    await this.withoutLeader(name, epoch);
    return epoch;
  }

  /** A plan that stands in the database may be published by anyone: the same record twice does no harm. */
  private async withoutLeader(name: string, epoch: number): Promise<void> {
    try {
      await unlessLate(this.topic.reached(name, epoch), leaderMs);
    } catch {
      // Where this fails too, the plan waits in the outbox for the next leader.
      await this.publishPlans.now(name).catch(() => undefined);
    }
  }
}
