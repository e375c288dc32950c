import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comments.js';

/** What bandits look at beside the statistics of the steps. */
export class BanditStatistics1764000000008 implements MigrationInterface {
  readonly name = 'BanditStatistics1764000000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(bucketStats);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE bucket_stats');
  }
}

const bucketStats = `
  CREATE TABLE bucket_stats (
    endpoint text COLLATE "C" NOT NULL,
    rollout integer NOT NULL,
    from_ms bigint NOT NULL,
    version text COLLATE "C" NOT NULL,
    scored bigint NOT NULL,
    sum double precision NOT NULL,
    sum_squares double precision NOT NULL,
    PRIMARY KEY (endpoint, rollout, from_ms, version)
  ) WITH (fillfactor = 50);
  ${commentOn(
    'bucket_stats',
    'Rewards by the time of the request, where a plan asks for it: what policies that forget share the traffic by.',
    {
      endpoint: 'The endpoint',
      rollout: 'The rollout',
      from_ms: 'Start of the bucket, ms since 1970; its width is bucketMs of the rollout’s plans',
      version: 'The version assigned',
      scored: 'Requests with a reward that counts',
      sum: 'Sum of their rewards',
      sum_squares: 'Sum of the squares of their rewards',
    },
  )}
`;
