import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comments.js';

/** How far back the log goes, once days of it have been dropped. */
export class Retention1764000000015 implements MigrationInterface {
  readonly name = 'Retention1764000000015';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE log_retention (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        kept_from timestamptz NOT NULL DEFAULT '-infinity'
      );
      INSERT INTO log_retention DEFAULT VALUES;
      ${commentOn('log_retention', 'One row: how far back the prediction log goes.', {
        only_row: 'True: there is no other row',
        kept_from: 'Requests before this have been dropped: what follows from them cannot be worked out again',
      })}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE log_retention');
  }
}
