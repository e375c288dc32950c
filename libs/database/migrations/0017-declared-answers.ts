import type { MigrationInterface, QueryRunner } from 'typeorm';
import { answerFunctions } from '../analytics/answer.js';
import { servedPredictions } from '../analytics/served-predictions.js';
import { shadowComparisons } from '../analytics/shadow-comparisons.js';
import { createView } from '../analytics/view.js';

/** The views find the answer where `truth.output` says it is: by a JSON pointer and by argmax(…) too. */
export class DeclaredAnswers1764000000017 implements MigrationInterface {
  readonly name = 'DeclaredAnswers1764000000017';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      [
        answerFunctions,
        ...[servedPredictions, shadowComparisons].map(createView),
        // What they were made of before.
        'DROP FUNCTION IF EXISTS analytics.value_of_row(jsonb)',
      ].join(';\n'),
    );
  }

  async down(): Promise<void> {
    // The functions of before are those of now that know less.
  }
}
