import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comments.js';

/** Which artifacts have been uploaded. */
export class Artifacts1764000000019 implements MigrationInterface {
  readonly name = 'Artifacts1764000000019';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE artifacts (
        sha256 text COLLATE "C" PRIMARY KEY,
        bytes bigint,
        uploaded_by text,
        uploaded_at timestamptz,
        wanted_at timestamptz NOT NULL DEFAULT now()
      );
      ${commentOn(
        'artifacts',
        'One row a model file that was uploaded, or asked for; its bytes are in the store (ARTIFACT_STORE).',
        {
          sha256: 'SHA-256 of the bytes, lower-case hex',
          bytes: 'Number of bytes; null until all of them have come',
          uploaded_by: 'Who sent it; null until all of it has come',
          uploaded_at: 'When all of it had come',
          wanted_at: 'When somebody last sent it, asked for it, or applied a manifest with it',
        },
      )}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE artifacts');
  }
}
