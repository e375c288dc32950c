import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comments.js';

/** Backtests: what was asked for and how far it is (deployer), and what the version answered (recorder). */
export class Backtests1764000000011 implements MigrationInterface {
  readonly name = 'Backtests1764000000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(backtests + backtestPredictions);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE backtest_predictions, backtests');
  }
}

const backtests = `
  CREATE TABLE backtests (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    endpoint text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    champion text COLLATE "C" NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    truth jsonb NOT NULL,
    spec jsonb NOT NULL,
    status text COLLATE "C" NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'done', 'cancelled', 'failed')),
    reason text,
    actor text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    requests bigint,
    other_versions bigint,
    position_at timestamptz NOT NULL,
    position_id text COLLATE "C" NOT NULL DEFAULT '',
    through bigint NOT NULL DEFAULT 0,
    skipped bigint NOT NULL DEFAULT 0,
    lost bigint NOT NULL DEFAULT 0,
    evidence jsonb,
    state jsonb,
    verdict jsonb
  );
  CREATE UNIQUE INDEX backtests_one_at_work ON backtests (endpoint, version) WHERE status = 'running';
  CREATE INDEX backtests_by_endpoint ON backtests (endpoint, id);
  ${commentOn(
    'backtests',
    'Versions that were tried on requests of the log, and what the strategy silent says of them.',
    {
      id: 'The backtest',
      endpoint: 'The endpoint',
      version: 'The version that is tried',
      champion: 'The version whose logged answers it is compared with',
      from_at: 'Requests from then on',
      to_at: 'Requests before then',
      truth: 'How answers are scored: the truth of the manifest as it was at the start',
      spec: 'Settings of the strategy silent that gives the verdict',
      status: 'running, done, cancelled or failed',
      reason: 'Why it has failed, or what it waits for',
      actor: 'Who started it',
      started_at: 'When it was started',
      ended_at: 'When it ended; null while it runs',
      requests: 'Requests of that time that the champion answered, once they are counted',
      other_versions: 'Requests of that time that another version answered',
      position_at: 'Requests up to here are through: requested_at',
      position_id: 'and, of that moment, up to this request_id',
      through: 'Requests that are through',
      skipped: 'Of these: not sent, since the log does not hold their body',
      lost: 'Of these: sent, and never answered',
      evidence: 'Sums over the requests that are through: the champion’s and those of the pairs',
      state: 'State of the strategy',
      verdict: 'What it says, with every check',
    },
  )}
`;

const backtestPredictions = `
  CREATE TABLE backtest_predictions (
    backtest bigint NOT NULL,
    endpoint text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    request_id text COLLATE "C" NOT NULL,
    requested_at timestamptz NOT NULL,
    predicted_at timestamptz NOT NULL,
    response jsonb,
    status text COLLATE "C" NOT NULL CHECK (status IN ('ok', 'error')),
    error text,
    model_ms double precision,
    PRIMARY KEY (backtest, request_id, requested_at)
  );
  ${commentOn('backtest_predictions', 'What versions answered to requests of the past; in no live statistic.', {
    backtest: 'The backtest (backtests.id)',
    endpoint: 'The endpoint',
    version: 'The version that was tried',
    request_id: 'The request, as in predictions',
    requested_at: 'When the request came in, then; to the millisecond',
    predicted_at: 'When it was answered in the backtest',
    response: 'Body of the answer; null where the status is not ok',
    status: 'ok; error: the model failed',
    error: 'What went wrong',
    model_ms: 'Milliseconds in the model, of the whole micro-batch it ran in',
  })}
`;
