import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comments.js';

/** What feedback finds out of versions without any truth. */
export class VersionHealth1764000000012 implements MigrationInterface {
  readonly name = 'VersionHealth1764000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE version_health (
        endpoint text COLLATE "C" NOT NULL,
        version text COLLATE "C" NOT NULL,
        at timestamptz NOT NULL,
        health jsonb NOT NULL,
        PRIMARY KEY (endpoint, version)
      ) WITH (fillfactor = 50);
      ${commentOn(
        'version_health',
        'Drift and estimated accuracy of versions, by a sample of the newest requests: at most it holds a promotion.',
        {
          endpoint: 'The endpoint',
          version: 'The version',
          at: 'When it was looked at',
          health: 'Sample, reference, drift of inputs and answers, agreement with the champion, estimated accuracy',
        },
      )}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE version_health');
  }
}
