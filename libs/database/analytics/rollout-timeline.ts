import type { View } from './view.js';

/** What moved the traffic, and why. */
export const rolloutTimeline: View = {
  name: 'rollout_timeline',
  description: 'One row for each traffic plan, verdict and other event of an endpoint, with the evidence it rested on.',
  columns: {
    endpoint: 'The endpoint',
    rollout: 'The rollout; null for what concerns the endpoint as a whole',
    at: 'When it happened',
    kind: 'plan: the traffic moved; verdict: the strategy came to another one; else what happened: applied, promoted, paused, …',
    strategy: 'The strategy of the rollout: single, silent, canary, bandit, …',
    actor: 'Who did it: the strategy (deployer), an operator, a service; null where a plan has no event',
    reason: 'Why, in words',
    verdict: 'On plans and verdicts of a strategy: hold, advance, promote, rollback, …',
    version: 'The version that the verdict speaks of',
    checks: 'What the strategy asked of the evidence: each question with its number, interval, threshold and outcome',
    evidence_seq: 'Number of the evidence message that the checks looked at',
    epoch: 'On plans: the epoch',
    step: 'On plans: the step of the rollout that it belongs to',
    allocation: 'On plans: the share of each version',
    shadows: 'On plans: the shadows and the fraction of requests each sees',
  },
  select: `
    SELECT endpoint, m.rollout, m.at, m.kind, d.strategy, m.actor, m.reason, m.verdict ->> 'outcome', m.verdict ->> 'version',
      m.verdict -> 'checks', m.evidence_seq, m.epoch, m.step, m.allocation, m.shadows
    FROM (
      SELECT t.endpoint, t.rollout, t.created_at AS at, 'plan' AS kind, e.actor, t.reason, e.detail -> 'verdict' AS verdict,
        (e.detail ->> 'evidenceSeq')::bigint AS evidence_seq, t.epoch, t.step, t.plan -> 'allocation' AS allocation, t.plan -> 'shadows' AS shadows
      FROM traffic_plans t
      LEFT JOIN deployment_events e ON e.endpoint = t.endpoint AND e.type = 'plan' AND (e.detail ->> 'epoch')::bigint = t.epoch
      UNION ALL
      SELECT endpoint, rollout, at, type, actor, reason, CASE WHEN type = 'verdict' THEN detail END, (detail ->> 'evidenceSeq')::bigint,
        NULL, NULL, NULL, NULL
      FROM deployment_events WHERE type <> 'plan'
    ) m
    LEFT JOIN deployments d USING (endpoint, rollout)`,
};
