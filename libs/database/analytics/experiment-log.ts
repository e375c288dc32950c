import type { View } from './view.js';

/** What off-policy estimators take: context, action, propensity, reward. */
export const experimentLog: View = {
  name: 'experiment_log',
  description: 'One row for each scored request whose version was drawn by the plan, and counts in its statistics.',
  columns: {
    endpoint: 'The endpoint',
    request_id: 'The request',
    requested_at: 'When the request came in; a range of it reads only the days in it',
    scored_at: 'When the reward was last worked out: what was known at a time is what was scored before',
    routing_key: 'The consumer, where one was named',
    features: 'Body of the request',
    action: 'The version that it was given to',
    propensity: 'Probability with which the plan gave it to that version, above 0',
    reward: 'By the endpoint’s metric; a request that failed has what truth.onError says',
    rollout: 'Rollout of the plan that decided',
    step: 'Step of that plan: weights are the same within one',
    epoch: 'Epoch of that plan',
  },
  select: `
    SELECT p.endpoint, p.request_id, p.requested_at, o.scored_at, p.routing_key, p.request, p.version, p.propensity, o.reward, p.rollout,
      p.step, p.epoch
    FROM predictions p
    JOIN outcomes o USING (endpoint, request_id, slot, requested_at)
    WHERE p.slot = 'primary' AND NOT p.pinned AND p.propensity > 0 AND o.counted`,
};
