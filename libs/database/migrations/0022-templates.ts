import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comments.js';

/** Ways of rolling out that several endpoints share. */
export class Templates1764000000022 implements MigrationInterface {
  readonly name = 'Templates1764000000022';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE templates (
        name text COLLATE "C" PRIMARY KEY,
        manifest jsonb NOT NULL,
        revision integer NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        updated_by text NOT NULL
      );
      ${commentOn('templates', 'One row a template: a strategy without versions, which endpoints refer to.', {
        name: 'Name that endpoints refer to it by',
        manifest: 'The template as it was given',
        revision: 'Grows by one with every change; an endpoint’s manifest keeps the one that its strategy was made of',
        updated_at: 'When it last changed',
        updated_by: 'Who changed it',
      })}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE templates');
  }
}
