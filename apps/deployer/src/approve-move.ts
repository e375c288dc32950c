import { Injectable } from '@nestjs/common';
import { HttpProblem } from './api/http-problem.js';
import { approval } from './gates/approval.js';
import { tellLeader, writeEvent, type Author } from './store/changes.js';
import { EndpointLock } from './plans/endpoint-lock.js';

/** Takes an operator's word for the move that waits for it. */
@Injectable()
export class ApproveMove {
  constructor(private readonly endpoints: EndpointLock) {}

  /** @throws HttpProblem 404, or 409 where nothing waits for an approval */
  approve(name: string, author: Author): Promise<void> {
    return this.endpoints.change(name, author, async (client, { rollout, plan }) => {
      const asked = rollout.verdict?.checks.find((check) => check.name === approval.name && check.outcome === 'wait');
      if (asked === undefined || rollout.approvedStep === plan.step) {
        const message = `no move of "${name}" waits for an approval; \`understudy describe ${name}\` says what it waits for`;
        throw new HttpProblem(409, message);
      }
      await client.query('UPDATE deployments SET approved_step = $3 WHERE endpoint = $1 AND rollout = $2', [
        name,
        rollout.id,
        plan.step,
      ]);
      const detail = { step: plan.step, asked: asked.detail };
      await writeEvent(client, { ...author, endpoint: name, rollout: rollout.id, type: 'approved', detail });
      await tellLeader(client, name);
    });
  }
}
