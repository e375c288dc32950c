import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comments.js';

/** What feedback writes: outcomes, and the statistics that follow from them. */
export class Statistics1764000000004 implements MigrationInterface {
  readonly name = 'Statistics1764000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(outcomes + scoringErrors + keyStats + armStats + pairStats + endpointState);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER begin_feedback ON endpoints; DROP FUNCTION begin_feedback();
      DROP TABLE window_state, evidence_published, evidence_state, pair_stats, arm_stats, key_stats, scoring_errors, outcomes`);
  }
}

const outcomes = `
  CREATE TABLE outcomes (
    endpoint text COLLATE "C" NOT NULL,
    request_id text COLLATE "C" NOT NULL,
    slot text COLLATE "C" NOT NULL,
    requested_at timestamptz NOT NULL,
    version text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    rollout integer NOT NULL,
    step integer NOT NULL,
    pinned boolean NOT NULL,
    routing_key text COLLATE "C",
    reward double precision NOT NULL,
    truth_seq bigint,
    late boolean NOT NULL,
    counted boolean NOT NULL,
    scored_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (endpoint, request_id, slot, requested_at)
  );
  ${commentOn(
    'outcomes',
    'Predictions that have a reward: the join of predictions and ground_truth, scored by the metric.',
    {
      endpoint: 'The endpoint',
      request_id: 'The request',
      slot: 'Which copy of it: primary, fallback or shadow:<version>',
      requested_at: 'When the request came in',
      version: 'The version that is scored',
      role: 'primary, shadow or fallback',
      rollout: 'Rollout of the plan that decided',
      step: 'Step of the plan that decided',
      pinned: 'The caller or a rule named the version',
      routing_key: 'The consumer, where one was named',
      reward: 'In the unit of the metric: the mean over the rows of the request',
      truth_seq: 'The truth it rests on (ground_truth.seq); null where the window closed without one',
      late: 'The truth came after the window: kept, but in no statistic',
      counted:
        'It is in the statistics: not late, pinned or a fallback, and with missing: default its window has closed',
      scored_at: 'When it was last worked out',
    },
  )}
`;

const scoringErrors = `
  CREATE TABLE scoring_errors (
    endpoint text COLLATE "C" NOT NULL,
    request_id text COLLATE "C" NOT NULL,
    slot text COLLATE "C" NOT NULL,
    requested_at timestamptz NOT NULL,
    version text COLLATE "C" NOT NULL,
    truth_seq bigint NOT NULL,
    error text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (endpoint, request_id, slot, requested_at)
  );
  ${commentOn('scoring_errors', 'Predictions whose truth is there but does not fit the answer or the metric.', {
    endpoint: 'The endpoint',
    request_id: 'The request',
    slot: 'Which copy of it',
    requested_at: 'When the request came in',
    version: 'The version that could not be scored',
    truth_seq: 'The truth that does not fit (ground_truth.seq)',
    error: 'What does not fit, and what was expected',
    at: 'When it was found',
  })}
`;

const keyStats = `
  CREATE TABLE key_stats (
    endpoint text COLLATE "C" NOT NULL,
    rollout integer NOT NULL,
    step integer NOT NULL,
    version text COLLATE "C" NOT NULL,
    routing_key text COLLATE "C" NOT NULL,
    requests bigint NOT NULL,
    errors bigint NOT NULL,
    scored bigint NOT NULL,
    sum double precision NOT NULL,
    PRIMARY KEY (endpoint, rollout, step, version, routing_key)
  ) WITH (fillfactor = 80);
  ${commentOn(
    'key_stats',
    'Per consumer, where the plan assigns by routing key: a (key, step) is one unit of the tests.',
    {
      endpoint: 'The endpoint',
      rollout: 'The rollout',
      step: 'The step',
      version: 'The version assigned',
      routing_key: 'The consumer',
      requests: 'Primary rows recorded',
      errors: 'Those that did not end ok',
      scored: 'Those with a reward',
      sum: 'Sum of the rewards',
    },
  )}
`;

const armStats = `
  CREATE TABLE arm_stats (
    endpoint text COLLATE "C" NOT NULL,
    rollout integer NOT NULL,
    step integer NOT NULL,
    version text COLLATE "C" NOT NULL,
    requests bigint NOT NULL,
    errors bigint NOT NULL,
    units bigint NOT NULL,
    error_sum double precision NOT NULL,
    scored bigint NOT NULL,
    sum double precision NOT NULL,
    sum_squares double precision NOT NULL,
    PRIMARY KEY (endpoint, rollout, step, version)
  ) WITH (fillfactor = 50);
  ${commentOn(
    'arm_stats',
    'What the strategies look at: per version and step, by assignment; pinned and fallback rows are not in it.',
    {
      endpoint: 'The endpoint',
      rollout: 'The rollout',
      step: 'The step',
      version: 'The version assigned',
      requests: 'Primary rows recorded',
      errors: 'Those that did not end ok',
      units: 'Requests, or consumers where the plan assigns by routing key',
      error_sum: 'Sum over units of the share of their requests that failed',
      scored: 'Units with a reward',
      sum: 'Sum over units of their mean reward',
      sum_squares: 'Sum over units of the square of their mean reward',
    },
  )}
`;

const pairStats = `
  CREATE TABLE pair_stats (
    endpoint text COLLATE "C" NOT NULL,
    rollout integer NOT NULL,
    champion text COLLATE "C" NOT NULL,
    shadow text COLLATE "C" NOT NULL,
    requests bigint NOT NULL,
    errors bigint NOT NULL,
    scored bigint NOT NULL,
    better bigint NOT NULL,
    worse bigint NOT NULL,
    sum_difference double precision NOT NULL,
    sum_squared_difference double precision NOT NULL,
    champion_sum double precision NOT NULL,
    shadow_sum double precision NOT NULL,
    PRIMARY KEY (endpoint, rollout, champion, shadow)
  ) WITH (fillfactor = 50);
  ${commentOn('pair_stats', 'A shadow beside the champion on the same requests.', {
    endpoint: 'The endpoint',
    rollout: 'The rollout',
    champion: 'The version with all of the traffic, else the plan’s fallback',
    shadow: 'The shadow',
    requests: 'Shadow rows recorded',
    errors: 'Those that did not end ok',
    scored: 'Requests whose truth scored both',
    better: 'Of these: the shadow’s reward is above the champion’s',
    worse: 'Of these: the shadow’s reward is below the champion’s',
    sum_difference: 'Sum of shadow − champion',
    sum_squared_difference: 'Sum of its square',
    champion_sum: 'Sum of the champion’s rewards',
    shadow_sum: 'Sum of the shadow’s rewards',
  })}
`;

// Rows of both come with the endpoint's, so that nobody who locks them has to ask whether they are there.
const endpointState = `
  CREATE TABLE evidence_state (
    endpoint text COLLATE "C" PRIMARY KEY,
    seq bigint NOT NULL DEFAULT 0
  ) WITH (fillfactor = 50);
  ${commentOn('evidence_state', 'Locked by whoever changes the statistics of an endpoint.', {
    endpoint: 'The endpoint',
    seq: 'Grows with every transaction that changes its statistics; the number of its evidence messages',
  })}
  CREATE TABLE evidence_published (
    endpoint text COLLATE "C" PRIMARY KEY,
    rollout integer NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL
  ) WITH (fillfactor = 50);
  ${commentOn(
    'evidence_published',
    'Which evidence is published, so that several feedback services keep to one rate.',
    {
      endpoint: 'The endpoint',
      rollout: 'The rollout it is of',
      seq: 'Number of the newest evidence message',
      at: 'When it was made',
    },
  )}
  CREATE TABLE window_state (
    endpoint text COLLATE "C" PRIMARY KEY,
    closed_until timestamptz NOT NULL DEFAULT '-infinity'
  ) WITH (fillfactor = 50);
  ${commentOn('window_state', 'With missing: default, how far the windows of an endpoint’s requests have closed.', {
    endpoint: 'The endpoint',
    closed_until:
      'Windows of requests up to this requested_at have closed; the recorder queues what it records behind it',
  })}
  CREATE FUNCTION begin_feedback() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO evidence_state (endpoint) VALUES (NEW.name) ON CONFLICT DO NOTHING;
    INSERT INTO window_state (endpoint) VALUES (NEW.name) ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $$;
  CREATE TRIGGER begin_feedback AFTER INSERT ON endpoints FOR EACH ROW EXECUTE FUNCTION begin_feedback();
`;
