import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which step of a rollout an operator has approved to leave. */
export class Approvals1764000000021 implements MigrationInterface {
  readonly name = 'Approvals1764000000021';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE deployments ADD COLUMN approved_step integer;
      COMMENT ON COLUMN deployments.approved_step IS
        'The step that an operator has approved to leave (who and why: deployment_events); null where nothing was approved';`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE deployments DROP COLUMN approved_step');
  }
}
