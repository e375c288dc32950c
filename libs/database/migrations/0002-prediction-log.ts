import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comments.js';

/** What the recorder writes: the prediction log by day, and the counts that feedback takes over. */
export class PredictionLog1764000000002 implements MigrationInterface {
  readonly name = 'PredictionLog1764000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(predictions + pendingCounts);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE pending_counts, predictions');
  }
}

// By time there is a BRIN index only: rows come in that order. Beside the primary key a second B-tree that starts with the endpoint looks as
// cheap as the key while a new day's partition has no statistics, and a lookup of ids then reads the whole day for each id.
// Names compare byte by byte (COLLATE "C"): nobody reads them in a language's order, and index lookups cost less.
const predictions = `
  CREATE TABLE predictions (
    endpoint text COLLATE "C" NOT NULL,
    request_id text COLLATE "C" NOT NULL,
    slot text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL CHECK (role IN ('primary', 'shadow', 'fallback')),
    requested_at timestamptz NOT NULL,
    predicted_at timestamptz NOT NULL,
    revision integer NOT NULL,
    epoch bigint NOT NULL,
    rollout integer NOT NULL,
    step integer NOT NULL,
    propensity double precision,
    pinned boolean NOT NULL,
    routing_key text COLLATE "C",
    source text COLLATE "C" NOT NULL,
    request jsonb,
    response jsonb,
    status text COLLATE "C" NOT NULL CHECK (status IN ('ok', 'error', 'expired')),
    error text,
    model_ms double precision,
    total_ms double precision,
    PRIMARY KEY (endpoint, request_id, slot, requested_at)
  ) PARTITION BY RANGE (requested_at);
  CREATE INDEX predictions_by_time ON predictions USING brin (requested_at) WITH (autosummarize = on);
  CREATE TABLE predictions_default PARTITION OF predictions DEFAULT;
  ${commentOn('predictions_default', 'Rows that no day partition is there for: requests of the far past or future.')}
  ${commentOn(
    'predictions',
    'The prediction log: one row for every answer, failure or shadow; a partition a day (UTC).',
    {
      endpoint: 'The endpoint',
      request_id: 'The request: given by the caller, else made',
      slot: 'Which copy of the request: primary, fallback or shadow:<version>',
      version: 'The version that ran it; on a primary that failed, the version it was assigned to',
      role: 'primary: assigned by the plan; shadow: a copy nobody waits for; fallback: the second attempt',
      requested_at: 'When the request came in, set once; decides the partition',
      predicted_at: 'When the row was made',
      revision: 'Revision of the manifest in force',
      epoch: 'Epoch of the traffic plan that decided',
      rollout: 'Rollout of that plan',
      step: 'Step of that plan',
      propensity: 'Probability with which the plan gave this version to the request; null where nothing was drawn',
      pinned: 'The caller or a rule named the version: the row is in no statistic',
      routing_key: 'The consumer, where one was named',
      source: 'http or kafka',
      request: 'Body of the request',
      response: 'Body of the answer; null where the status is not ok',
      status: 'ok; error: the model or its worker failed; expired: past its deadline, not run',
      error: 'What went wrong',
      model_ms: 'Milliseconds in the model, of the whole micro-batch it ran in',
      total_ms: 'Milliseconds from requested_at to the answer',
    },
  )}
`;

const queueStorage = `WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000)`;

const pendingCounts = `
  CREATE TABLE pending_counts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    endpoint text COLLATE "C" NOT NULL,
    rollout integer NOT NULL,
    step integer NOT NULL,
    version text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    routing_key text COLLATE "C",
    requests integer NOT NULL,
    errors integer NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
  ) ${queueStorage};
  ${commentOn(
    'pending_counts',
    'Rows recorded that are not yet in the statistics: written with them, taken by feedback.',
    {
      id: 'Order of writing',
      endpoint: 'The endpoint',
      rollout: 'The rollout',
      step: 'The step',
      version: 'The version that was assigned, or the shadow',
      role: 'primary or shadow; pinned and fallback rows are in no statistic',
      routing_key: 'The consumer, where one was named',
      requests: 'Rows recorded',
      errors: 'Those of them that did not end ok',
      at: 'When they were recorded',
    },
  )}
`;
