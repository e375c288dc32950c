import type { View } from './view.js';

/** A shadow beside the champion, request by request: what pair_stats sums up. */
export const shadowComparisons: View = {
  name: 'shadow_comparisons',
  description: 'One row for each request that a shadow saw and the champion answered: both answers, and who was right.',
  columns: {
    endpoint: 'The endpoint',
    request_id: 'The request',
    requested_at: 'When the request came in; a range of it reads only the days in it',
    rollout: 'Rollout of the plan that decided',
    step: 'Step of that plan',
    champion: 'The version that the callers heard: the one with all of the traffic, else the plan’s fallback',
    shadow: 'The version that ran in the wings',
    champion_status: 'ok, error or expired',
    shadow_status: 'ok, error or expired',
    champion_answer: 'What the champion answered, one value a row: see the function analytics.answer',
    shadow_answer: 'What the shadow answered',
    agree:
      'Whether the two answered the same; null where one of them has no answer, or they have not equally many rows',
    truth: 'What turned out to be true; null while nobody has said',
    champion_right: 'Whether the champion’s answer equals the truth; null without a truth',
    shadow_right: 'Whether the shadow’s answer equals the truth; null without a truth',
    who_was_right: 'both, champion, shadow or neither: whose answer equals the truth; null without a truth',
    champion_reward: 'What the champion’s answer earned by the endpoint’s metric',
    shadow_reward: 'What the shadow’s answer earned',
    difference: 'shadow_reward − champion_reward; the better sign is up to the metric',
    counted: 'Both rewards are in the statistics',
    champion_ms: 'Milliseconds from requested_at to the champion’s answer',
    shadow_ms: 'Milliseconds from requested_at to the shadow’s answer',
    request: 'Body of the request',
  },
  select: `
    SELECT p.endpoint, p.request_id, p.requested_at, p.rollout, p.step, p.version, s.version, p.status, s.status,
      a.champion, a.shadow, CASE WHEN jsonb_array_length(a.champion) = jsonb_array_length(a.shadow) THEN analytics.same_labels(a.champion, a.shadow) END, g.truth, r.champion, r.shadow,
      CASE WHEN r.champion AND r.shadow THEN 'both' WHEN r.champion THEN 'champion' WHEN r.shadow THEN 'shadow'
        WHEN g.truth IS NOT NULL THEN 'neither' END,
      po.reward, so.reward, so.reward - po.reward, po.counted AND so.counted, p.total_ms, s.total_ms, p.request
    FROM predictions s
    JOIN predictions p ON p.endpoint = s.endpoint AND p.request_id = s.request_id AND p.requested_at = s.requested_at AND p.slot = 'primary'
    JOIN LATERAL (
      SELECT coalesce((SELECT w ->> 'version' FROM jsonb_array_elements(t.plan -> 'allocation') AS w WHERE (w ->> 'weight')::float8 = 1 LIMIT 1),
                      t.plan ->> 'fallback') AS version
      FROM traffic_plans t WHERE t.endpoint = p.endpoint AND t.rollout = p.rollout AND t.step = p.step ORDER BY t.epoch LIMIT 1
    ) champion ON champion.version = p.version
    LEFT JOIN outcomes po ON po.endpoint = p.endpoint AND po.request_id = p.request_id AND po.slot = p.slot AND po.requested_at = p.requested_at
    LEFT JOIN outcomes so ON so.endpoint = s.endpoint AND so.request_id = s.request_id AND so.slot = s.slot AND so.requested_at = s.requested_at
    LEFT JOIN ground_truth g ON g.seq = coalesce(po.truth_seq, so.truth_seq)
    LEFT JOIN endpoints e ON e.name = p.endpoint
    LEFT JOIN model_versions pv ON pv.endpoint = p.endpoint AND pv.version = p.version
    LEFT JOIN model_versions sv ON sv.endpoint = s.endpoint AND sv.version = s.version
    CROSS JOIN LATERAL (
      SELECT analytics.answer(p.response, coalesce(e.manifest #>> '{spec,truth,output}', pv.spec ->> 'output')) AS champion,
             analytics.answer(s.response, coalesce(e.manifest #>> '{spec,truth,output}', sv.spec ->> 'output')) AS shadow
    ) a
    CROSS JOIN LATERAL (
      SELECT CASE WHEN g.truth IS NOT NULL THEN coalesce(analytics.same_labels(a.champion, g.truth), false) END AS champion,
             CASE WHEN g.truth IS NOT NULL THEN coalesce(analytics.same_labels(a.shadow, g.truth), false) END AS shadow
    ) r
    WHERE s.role = 'shadow'`,
};
