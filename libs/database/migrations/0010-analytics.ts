import type { MigrationInterface, QueryRunner } from 'typeorm';
import { answerFunctions } from '../analytics/answer.js';
import { views } from '../analytics/index.js';
import { createView } from '../analytics/view.js';
import { commentOn } from './comments.js';

/** The schema of views for people, and comments where there were none. */
export class Analytics1764000000010 implements MigrationInterface {
  readonly name = 'Analytics1764000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      [
        'CREATE SCHEMA analytics',
        `COMMENT ON SCHEMA analytics IS 'Views of the prediction log, of truth and of rollouts for people: role understudy_analyst reads these'`,
        answerFunctions,
        ...views.map(createView),
        // Rewards of a range of days are summed up without the others: rows come nearly in the order of their days.
        'CREATE INDEX outcomes_by_time ON outcomes USING brin (requested_at) WITH (autosummarize = on)',
        commentOn('migrations', 'Changes of the schema that have been made.', {
          id: 'Order in which they were made',
          timestamp: 'Number of the migration',
          name: 'Its name',
        }),
        copyCommentsToPartitions,
      ].join(';\n'),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA analytics CASCADE; DROP INDEX outcomes_by_time');
  }
}

// Partitions made from now on bring their comments: see partitions.ts.
const copyCommentsToPartitions = `
  DO $$
  DECLARE
    missing record;
  BEGIN
    FOR missing IN
      SELECT c.oid::regclass AS partition, a.attname AS name, col_description(i.inhparent, p.attnum) AS text
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname
      WHERE i.inhparent = 'predictions'::regclass AND c.relkind = 'r'
    LOOP
      EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', missing.partition, missing.name, missing.text);
    END LOOP;
    FOR missing IN
      SELECT c.oid::regclass AS partition, right(c.relname, 8) AS day FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'predictions'::regclass AND c.relname <> 'predictions_default' AND c.relkind = 'r'
    LOOP
      EXECUTE format('COMMENT ON TABLE %s IS %L', missing.partition, 'Rows of the prediction log of ' || missing.day || ' (UTC).');
    END LOOP;
  END $$`;
