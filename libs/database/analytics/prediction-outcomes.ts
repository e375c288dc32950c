import type { View } from './view.js';

/** Every row of the log beside its truth. */
export const predictionOutcomes: View = {
  name: 'prediction_outcomes',
  description: 'One row of the prediction log (primary, fallback or shadow) and what came of it.',
  columns: {
    endpoint: 'The endpoint',
    request_id: 'The request',
    slot: 'Which copy of the request: primary, fallback or shadow:<version>',
    requested_at: 'When the request came in; a range of it reads only the days in it',
    version: 'The version that is scored: on a primary row the one assigned, even where it failed',
    role: 'primary, fallback or shadow',
    rollout: 'Rollout of the plan that decided',
    step: 'Step of that plan',
    pinned: 'The caller or a rule named the version',
    routing_key: 'The consumer, where one was named',
    status: 'ok, error or expired',
    response: 'Body of the answer; null where the status is not ok',
    state:
      'counted: in the statistics; scored: it has a reward, but is pinned, a fallback, or its window is still open; late: its truth came after the window; unfit: its truth does not fit the answer; open: no truth yet',
    truth: 'What turned out to be true; null where the window closed without a truth',
    truth_at: 'When the truth became known',
    delay_seconds: 'From requested_at to truth_at',
    reward: 'By the endpoint’s metric, the mean over the rows of the request',
    scored_at: 'When the reward was last worked out',
    scoring_error: 'Why the truth does not fit, where it does not',
  },
  select: `
    SELECT p.endpoint, p.request_id, p.slot, p.requested_at, p.version, p.role, p.rollout, p.step, p.pinned, p.routing_key, p.status,
      p.response,
      CASE WHEN o.counted THEN 'counted' WHEN o.late THEN 'late' WHEN e.error IS NOT NULL THEN 'unfit'
        WHEN o.reward IS NOT NULL THEN 'scored' ELSE 'open' END,
      g.truth, g.at, extract(epoch FROM g.at - p.requested_at)::float8, o.reward, o.scored_at, e.error
    FROM predictions p
    LEFT JOIN outcomes o USING (endpoint, request_id, slot, requested_at)
    LEFT JOIN scoring_errors e USING (endpoint, request_id, slot, requested_at)
    LEFT JOIN ground_truth g ON g.seq = coalesce(o.truth_seq, e.truth_seq)`,
};
