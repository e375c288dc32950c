import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comments.js';

/** From where on the time buckets of a rollout are whole, once old ones have been dropped. */
export class BucketRetention1764000000018 implements MigrationInterface {
  readonly name = 'BucketRetention1764000000018';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE bucket_retention (
        endpoint text COLLATE "C" NOT NULL,
        rollout integer NOT NULL,
        kept_from_ms bigint NOT NULL,
        PRIMARY KEY (endpoint, rollout)
      );
      ${commentOn(
        'bucket_retention',
        'From where on bucket_stats holds all of a rollout; no row: from its beginning.',
        {
          endpoint: 'The endpoint',
          rollout: 'The rollout',
          kept_from_ms: 'Buckets that begin before this, ms since 1970, have been dropped: no policy looks at them',
        },
      )}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE bucket_retention');
  }
}
