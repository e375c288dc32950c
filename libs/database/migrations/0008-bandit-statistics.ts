import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comments.js';

/** What bandits look at beside the statistics of the steps. */
export class BanditStatistics1764000000008 implements MigrationInterface {
  readonly name = 'BanditStatistics1764000000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(bucketStats + features + modelStats);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE bucket_stats, model_stats; ALTER TABLE predictions DROP COLUMN features');
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

const features = `
  ALTER TABLE predictions ADD COLUMN features double precision[];
  COMMENT ON COLUMN predictions.features IS 'On a primary row: the numbers by which a contextual plan drew the version';
`;

const modelStats = `
  CREATE TABLE model_stats (
    endpoint text COLLATE "C" NOT NULL,
    rollout integer NOT NULL,
    version text COLLATE "C" NOT NULL,
    scored bigint NOT NULL,
    gram double precision[] NOT NULL,
    moments double precision[] NOT NULL,
    PRIMARY KEY (endpoint, rollout, version)
  ) WITH (fillfactor = 50);
  ${commentOn(
    'model_stats',
    'Sums for linear models of the reward, z = (1, features): what contextual bandits share the traffic by.',
    {
      endpoint: 'The endpoint',
      rollout: 'The rollout',
      version: 'The version assigned',
      scored: 'Requests with features and a reward that counts',
      gram: 'Sum of z zᵀ, row by row',
      moments: 'Sum of reward · z',
    },
  )}
`;
