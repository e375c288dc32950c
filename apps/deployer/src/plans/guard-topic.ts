import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { LOGGER, type Logger } from '#platform';
import { writeEvent, writePlan } from '../store/changes.js';
import { OutboxRepository } from '../store/outbox.repository.js';
import { StandingsRepository } from '../store/standings.repository.js';
import type { Standing } from '../store/standing.js';
import { EndpointLock } from './endpoint-lock.js';
import { judgeTopic } from './judge-topic.js';
import { renumbered } from './make-plan.js';
import { PlansOnTopic } from './plans-on-topic.js';

/** Between two new plans of an endpoint for records that are not ours, in ms: another writer must not be met with a flood. */
const pauseMs = 1_000;

/** Sees to it that readers of the topic, also of what compaction leaves, have the database's newest plan. */
@Injectable()
export class GuardTopic {
  private readonly suspects = new Set<string>();
  private readonly renewed = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly standings: StandingsRepository,
    private readonly endpoints: EndpointLock,
    private readonly outbox: OutboxRepository,
    private readonly topic: PlansOnTopic,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** A record of this endpoint was read: it is looked at in the next round. */
  suspect(endpoint: string): void {
    this.suspects.add(endpoint);
  }

  /** At the beginning of a term, with the topic read to its end: all endpoints, also those that it has nothing of. */
  async all(): Promise<void> {
    for (const endpoint of this.topic.endpoints()) await this.adopt(endpoint);
    for (const standing of await this.standings.everything()) {
      if (judgeTopic(standing.plan, this.topic.get(standing.name)) === 'publish') {
        await this.outbox.again(standing.name, standing.epoch);
      } else this.suspect(standing.name);
    }
  }

  /** Looks at the endpoints of which records have come. */
  async round(now: number): Promise<void> {
    for (const endpoint of [...this.suspects]) {
      await this.adopt(endpoint);
      if (now - (this.renewed.get(endpoint) ?? -Infinity) < pauseMs) continue;
      this.suspects.delete(endpoint);
      const standing = await this.standings.get(endpoint);
      // A plan on its way to the topic is seen there later, and looked at then.
      if (standing !== undefined && judgeTopic(standing.plan, this.topic.get(endpoint)) === 'new') {
        this.renewed.set(endpoint, now);
        await this.renew(endpoint, now);
      }
    }
  }

  /** What was decided without Postgres is taken over by whoever holds the endpoint next: here, where nobody else does. */
  private async adopt(endpoint: string): Promise<void> {
    if (this.topic.get(endpoint)?.plan.origin !== 'break-glass') return;
    await this.database.transaction((client) => this.endpoints.lock(client, endpoint));
  }

  private async renew(endpoint: string, now: number): Promise<void> {
    await this.database.transaction(async (client) => {
      const standing = await this.endpoints.lock(client, endpoint);
      if (standing === undefined || judgeTopic(standing.plan, this.topic.get(endpoint)) !== 'new') return;
      const reason = 'a record on the topic of plans was not ours: the plan in force is published again';
      const epoch = this.topic.nextEpoch(endpoint, standing.epoch);
      await writePlan(client, renumbered(standing.plan, { epoch, at: now }), reason);
      await writeEvent(client, { ...whose(standing), type: 'plan', reason, detail: { epoch } });
      this.logger.warn({ endpoint, epoch }, reason);
    });
  }
}

const whose = ({ name, rollout }: Standing) => ({ endpoint: name, rollout: rollout.id, actor: 'deployer' });
