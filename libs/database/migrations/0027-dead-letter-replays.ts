import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comments.js';

/** Which dead letters were sent to their origin again: each once. */
export class DeadLetterReplays1764000000027 implements MigrationInterface {
  readonly name = 'DeadLetterReplays1764000000027';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE dead_letter_replays (
        topic text COLLATE "C" NOT NULL,
        partition integer NOT NULL,
        "offset" bigint NOT NULL,
        dead_at timestamptz NOT NULL,
        origin text COLLATE "C" NOT NULL,
        actor text NOT NULL,
        reason text,
        replayed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (topic, partition, "offset", dead_at)
      );
      ${commentOn('dead_letter_replays', 'One row a dead letter that was sent to its origin again.', {
        topic: 'The topic of dead letters',
        partition: 'Partition of that topic',
        '"offset"': 'Offset in that partition',
        dead_at: 'Time of the dead letter: tells it apart from one at the same offset of a topic that was made anew',
        origin: 'The topic it was sent to',
        actor: 'Who did it',
        reason: 'Why, in words',
        replayed_at: 'When',
      })}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE dead_letter_replays');
  }
}
