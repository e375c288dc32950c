import { Injectable } from '@nestjs/common';
import { EndpointLock } from './plans/endpoint-lock.js';
import { renumbered } from './plans/make-plan.js';
import { PlansOnTopic } from './plans/plans-on-topic.js';
import { writeEvent, writePlan, type Author } from './store/changes.js';
import { VersionsRepository } from './store/versions.repository.js';

/** Takes an endpoint out of service: a plan that says so, versions that leave their workers once their work is done. Log and history stay. */
@Injectable()
export class DeleteEndpoint {
  constructor(
    private readonly endpoints: EndpointLock,
    private readonly versions: VersionsRepository,
    private readonly topic: PlansOnTopic,
  ) {}

  /** @returns the epoch of the last plan; @throws HttpProblem 404, or 412 */
  delete(name: string, author: Author): Promise<number> {
    return this.endpoints.change(name, author, async (client, standing) => {
      const { rollout, plan } = standing;
      const epoch = this.topic.nextEpoch(name, standing.epoch);
      const reason = `deleted by ${author.actor}`;
      await client.query('UPDATE endpoints SET deleted_at = now(), updated_at = now() WHERE name = $1', [name]);
      await client.query(
        `UPDATE deployments SET status = 'superseded', ended_at = now() WHERE endpoint = $1 AND status IN ('running', 'paused')`,
        [name],
      );
      await this.versions.retireOthers(client, name, []);
      await writePlan(client, { ...renumbered(plan, { epoch, at: Date.now() }), deleted: true }, reason);
      await writeEvent(client, { ...author, endpoint: name, rollout: rollout.id, type: 'deleted', detail: { epoch } });
      return epoch;
    });
  }
}
