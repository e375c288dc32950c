import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comments.js';

/** Truth in parts, how long truths took, and truths that belong to no prediction. */
export class TruthAndJoins1764000000009 implements MigrationInterface {
  readonly name = 'TruthAndJoins1764000000009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE ground_truth ADD COLUMN part text COLLATE "C" NOT NULL DEFAULT '';
      COMMENT ON COLUMN ground_truth.part IS
        'Which part of the truth it is, e.g. purchase: with truth.combine: sum the newest of each part are added up';
      ALTER TABLE outcomes ADD COLUMN truth_at timestamptz, ADD COLUMN kept jsonb;
      COMMENT ON COLUMN outcomes.truth_at IS 'When the truth it rests on became known; null where the window closed without one';
      COMMENT ON COLUMN outcomes.kept IS
        'What the metric keeps of each row of the request: counts (tp, fp, fn, tn), or score and positive, of which an AUC is made';
      ${['arm_stats', 'key_stats'].map(addDelays).join('\n')}
      ALTER TABLE arm_stats ADD COLUMN joined bigint NOT NULL DEFAULT 0;
      COMMENT ON COLUMN arm_stats.joined IS 'Units with a truth that came in time';
      ${unmatchedTruth}
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE unmatched_truth;
      ALTER TABLE arm_stats DROP COLUMN joined;
      ${['arm_stats', 'key_stats'].map(dropDelays).join('\n')}
      ALTER TABLE outcomes DROP COLUMN truth_at, DROP COLUMN kept;
      ALTER TABLE ground_truth DROP COLUMN part;
    `);
  }
}

/** Spans of delays, as #contracts names their bounds. */
const spans = ['under 1 s', '1 to 10 s', '10 s to 1 min', '1 to 10 min', '10 min to 1 h', '1 to 6 h', '6 h to 1 day', '1 to 7 days', '7 days or more']; // prettier-ignore

const addDelays = (table: string): string =>
  spans
    .map(
      (span, index) => `
      ALTER TABLE ${table} ADD COLUMN delay_${index} bigint NOT NULL DEFAULT 0;
      COMMENT ON COLUMN ${table}.delay_${index} IS '${table === 'arm_stats' ? 'Units' : 'Requests'} whose truth came ${span} after the request';`,
    )
    .join('\n');

const dropDelays = (table: string): string =>
  `ALTER TABLE ${table} ${spans.map((_, index) => `DROP COLUMN delay_${index}`).join(', ')};`;

const unmatchedTruth = `
  CREATE TABLE unmatched_truth (
    endpoint text COLLATE "C" NOT NULL,
    request_id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    listed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (endpoint, request_id)
  );
  ${commentOn(
    'unmatched_truth',
    'Truths whose request is not in the log a whole window after they became known. One whose prediction comes after all is taken off.',
    {
      endpoint: 'The endpoint that the truth names',
      request_id: 'The request that nobody knows',
      at: 'When the newest truth of it became known',
      listed_at: 'When it was given up',
    },
  )}
`;
