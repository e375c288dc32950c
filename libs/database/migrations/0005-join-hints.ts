import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comments.js';

/** The queue of the joiner says of what time a request is, so that only the day partitions in question are read. */
export class JoinHints1764000000005 implements MigrationInterface {
  readonly name = 'JoinHints1764000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE pending_joins ADD COLUMN about timestamptz NOT NULL DEFAULT now();
      ${commentOn('pending_joins', description, {
        about:
          'When the truth that is new became known; or the requested_at of the row that is new, or whose window closed',
      })}
      ${enqueue(`INSERT INTO pending_joins (endpoint, request_id, about)
        SELECT endpoint, request_id, min(at) FROM inserted GROUP BY endpoint, request_id`)}
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ${enqueue('INSERT INTO pending_joins (endpoint, request_id) SELECT DISTINCT endpoint, request_id FROM inserted')}
      ALTER TABLE pending_joins DROP COLUMN about`);
  }
}

const description = 'Requests whose outcomes are to be worked out (again); the same one may be here several times.';

// Replacing a function drops its settings, so the search path is set again.
const enqueue = (insert: string): string => `
  CREATE OR REPLACE FUNCTION enqueue_ground_truth() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  BEGIN
    ${insert};
    RETURN NULL;
  END $$;
  DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION enqueue_ground_truth() SET search_path = %I, pg_temp', current_schema());
  END $$;`;
