import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comments.js';

/** How long answers took, as sketches beside the statistics; and how often shadows answer the same as the champion. */
export class Latencies1764000000007 implements MigrationInterface {
  readonly name = 'Latencies1764000000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(pendingCounts + armLatencies + keyLatencies + pairLatencies + agreement);
  }

  async down(runner: QueryRunner): Promise<void> {
    const columns = agreementColumns.map((column) => `DROP COLUMN ${column}`).join(', ');
    await runner.query(`
      DROP TABLE pair_latencies, key_latencies, arm_latencies;
      ALTER TABLE pair_stats ${columns};
      ALTER TABLE pending_counts ${columns}, DROP COLUMN model_ms, DROP COLUMN total_ms`);
  }
}

const sketch = '{"from", "counts", "beyond"}: counts of logarithmic buckets, 2 % wide; see LatencySketch';

const pendingCounts = `
  ALTER TABLE pending_counts ADD COLUMN total_ms jsonb, ADD COLUMN model_ms jsonb;
  ${commentOn(
    'pending_counts',
    'Rows recorded that are not yet in the statistics: written with them, taken by feedback.',
    {
      total_ms: `Latencies to the answer of primary rows, a sketch: ${sketch}`,
      model_ms: 'Latencies within the model, a sketch',
    },
  )}
`;

const arm = `
    endpoint text COLLATE "C" NOT NULL,
    rollout integer NOT NULL,
    step integer NOT NULL,
    version text COLLATE "C" NOT NULL,`;
const armComments = {
  endpoint: 'The endpoint',
  rollout: 'The rollout',
  step: 'The step',
  version: 'The version assigned',
};

// Apart from arm_stats, which changes with every truth: a sketch is large, and changes only with new rows.
const armLatencies = `
  CREATE TABLE arm_latencies (${arm}
    total_ms jsonb NOT NULL,
    model_ms jsonb NOT NULL,
    PRIMARY KEY (endpoint, rollout, step, version)
  ) WITH (fillfactor = 50);
  ${commentOn('arm_latencies', 'How long answers took, per version and step, by assignment; beside arm_stats.', {
    ...armComments,
    total_ms: `To the answer; a unit weighs 1, a consumer’s requests share its weight: ${sketch}`,
    model_ms: 'Within the model; each request weighs 1',
  })}
`;

const keyLatencies = `
  CREATE TABLE key_latencies (${arm}
    routing_key text COLLATE "C" NOT NULL,
    total_ms jsonb NOT NULL,
    PRIMARY KEY (endpoint, rollout, step, version, routing_key)
  ) WITH (fillfactor = 80);
  ${commentOn(
    'key_latencies',
    'How long answers took, per consumer, where the plan assigns by routing key; beside key_stats.',
    {
      ...armComments,
      routing_key: 'The consumer',
      total_ms: `To the answer: ${sketch}`,
    },
  )}
`;

const pairLatencies = `
  CREATE TABLE pair_latencies (
    endpoint text COLLATE "C" NOT NULL,
    rollout integer NOT NULL,
    champion text COLLATE "C" NOT NULL,
    shadow text COLLATE "C" NOT NULL,
    model_ms jsonb NOT NULL,
    PRIMARY KEY (endpoint, rollout, champion, shadow)
  ) WITH (fillfactor = 50);
  ${commentOn('pair_latencies', 'How long a shadow’s answers took; beside pair_stats.', {
    endpoint: 'The endpoint',
    rollout: 'The rollout',
    champion: 'The version it is compared with',
    shadow: 'The shadow',
    model_ms: `Within the model: ${sketch}`,
  })}
`;

const agreementColumns = ['compared', 'agreed', 'numeric', 'answer_difference', 'answer_squared_difference'];
const agreementOf = (table: string, description: string): string => `
  ALTER TABLE ${table}
    ADD COLUMN compared bigint NOT NULL DEFAULT 0,
    ADD COLUMN agreed double precision NOT NULL DEFAULT 0,
    ADD COLUMN numeric bigint NOT NULL DEFAULT 0,
    ADD COLUMN answer_difference double precision NOT NULL DEFAULT 0,
    ADD COLUMN answer_squared_difference double precision NOT NULL DEFAULT 0;
  ${commentOn(table, description, {
    compared: 'Requests that shadow and champion both answered, whose answers could be read',
    agreed: 'Sum over these of the share of their rows with the same answer',
    numeric: 'Those of them whose answers are all numbers',
    answer_difference: 'Sum over these of the mean of shadow − champion',
    answer_squared_difference: 'Sum of its square',
  })}
`;
const agreement =
  agreementOf(
    'pending_counts',
    'Rows recorded that are not yet in the statistics: written with them, taken by feedback.',
  ) + agreementOf('pair_stats', 'A shadow beside the champion on the same requests.');
