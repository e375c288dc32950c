import type { View } from './view.js';

/** What callers were told, with what came of it. */
export const servedPredictions: View = {
  name: 'served_predictions',
  description: 'One row a request: who answered it, with what, how fast, and what turned out to be true.',
  columns: {
    endpoint: 'The endpoint',
    request_id: 'The request; with the endpoint the fastest way to find a row',
    requested_at: 'When the request came in; a range of it reads only the days in it',
    routing_key: 'The consumer, where one was named',
    source: 'http or kafka',
    version: 'The version whose answer the caller got; where nobody answered, the one that was assigned',
    role: 'primary: the assigned version answered; fallback: another one had to',
    assigned_version: 'The version the plan, a rule or the caller gave the request to',
    status: 'ok; error: no version could answer; expired: past its deadline',
    error: 'What went wrong with the assigned version',
    request: 'Body of the request',
    response: 'Body of the answer',
    answer: 'What the answer says, one value a row: see the function analytics.answer',
    truth: 'What turned out to be true; null while nobody has said',
    reward: 'What the answer earned by the endpoint’s metric; null while it is not scored',
    late: 'The truth came after the window: the reward is in no statistic',
    truth_at: 'When the truth became known',
    total_ms: 'Milliseconds from requested_at to the answer',
    model_ms: 'Milliseconds of that in the model, of the whole micro-batch',
    pinned: 'The caller or a rule named the version',
    propensity: 'Probability with which the plan gave the request to the assigned version',
    rollout: 'Rollout of the plan that decided',
    step: 'Step of that plan',
    epoch: 'Epoch of that plan',
    revision: 'Revision of the manifest in force',
  },
  select: `
    SELECT p.endpoint, p.request_id, p.requested_at, p.routing_key, p.source,
      CASE WHEN c.by_fallback THEN f.version ELSE p.version END,
      CASE WHEN c.by_fallback THEN f.role ELSE p.role END,
      p.version,
      CASE WHEN c.by_fallback THEN f.status ELSE p.status END,
      p.error, p.request,
      CASE WHEN c.by_fallback THEN f.response ELSE p.response END,
      analytics.answer(CASE WHEN c.by_fallback THEN f.response ELSE p.response END, coalesce(e.manifest #>> '{spec,truth,output}', (
        SELECT v.spec ->> 'output' FROM model_versions v
        WHERE v.endpoint = p.endpoint AND v.version = CASE WHEN c.by_fallback THEN f.version ELSE p.version END))),
      g.truth, o.reward, o.late, g.at,
      CASE WHEN c.by_fallback THEN f.total_ms ELSE p.total_ms END,
      CASE WHEN c.by_fallback THEN f.model_ms ELSE p.model_ms END,
      p.pinned, p.propensity, p.rollout, p.step, p.epoch, p.revision
    FROM predictions p
    LEFT JOIN predictions f ON f.endpoint = p.endpoint AND f.request_id = p.request_id AND f.requested_at = p.requested_at AND f.slot = 'fallback'
    CROSS JOIN LATERAL (
      SELECT coalesce(f.status = 'ok' AND (p.status <> 'ok' OR f.predicted_at < p.predicted_at), false) AS by_fallback
    ) c
    LEFT JOIN outcomes o ON o.endpoint = p.endpoint AND o.request_id = p.request_id AND o.requested_at = p.requested_at
      AND o.slot = CASE WHEN c.by_fallback THEN 'fallback' ELSE 'primary' END
    LEFT JOIN ground_truth g ON g.seq = o.truth_seq
    LEFT JOIN endpoints e ON e.name = p.endpoint
    WHERE p.slot = 'primary'`,
};
