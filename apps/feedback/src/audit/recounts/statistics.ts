import type pg from 'pg';
import type { StepKey } from '#database';
import { armName } from '#routing';
import type { Agreement } from '#scoring';
import { addExcluded } from '../../statistics/add-excluded.js';
import { agreementsOf } from '../../statistics/agreement.js';
import { delayColumns } from '../../statistics/delay-columns.js';
import { unitKey } from '../../statistics/unit-key.js';
import { StatisticsChange, type RecordedCount } from '../../statistics/statistics-change.js';
import { readByCursor } from '../../read-by-cursor.js';
import { firstWholeRollout } from '../first-whole-rollout.js';
import type { AuditContext, AuditedRequest, Recount, RecountPass } from '../recount.js';
import type { AuditDifference as Difference } from '#contracts';
import { gathered, statisticsTables, temporaryTables, type StatisticsTable } from './statistics-tables.js';

/** Sums kept in memory before they are put away; with assignment by key there is one for each consumer and step. */
const mostInMemory = 20_000;

/**
 * arm_stats, key_stats, pair_stats and bucket_stats, from the rows and the outcomes that the walk through the log worked out. What the recorder has
 * counted and feedback has not yet taken over is left out, as it is in the tables.
 */
export const statistics: Recount = {
  name: 'arm_stats, key_stats, pair_stats, bucket_stats',
  prepare: temporaryTables,
  begin: (context) => new StatisticsPass(context),
};

class StatisticsPass implements RecountPass {
  private change: StatisticsChange;

  constructor(private readonly context: AuditContext) {
    this.change = this.nothing();
  }

  request({ rows, inStatistics, outputOf }: AuditedRequest): Difference[] {
    const factsOf = (step: StepKey) => this.context.facts.get(step);
    for (const count of agreementsOf(rows, factsOf, outputOf)) this.change.record(count);
    for (const row of rows) {
      const { role, endpoint, rollout, step, routingKey, status } = row;
      if (role === 'fallback' || row.pinned) continue;
      const { baseline } = factsOf(row);
      const version = armName(baseline, row);
      this.change.record({
        endpoint,
        rollout,
        step,
        version,
        role,
        routingKey,
        requests: 1,
        errors: status === 'ok' ? 0 : 1,
      });
    }
    const scored = rows.flatMap((row, place) => {
      const outcome = inStatistics[place] ?? null;
      return outcome === null ? [] : [{ row, outcome }];
    });
    this.change.addOutcomes(scored, 1);
    return [];
  }

  async relieve(): Promise<void> {
    if (this.change.arms.length > mostInMemory) await this.putAway();
  }

  async *end(): AsyncGenerator<Difference> {
    await this.leaveOutQueued();
    await this.putAway();
    const first = await firstWholeRollout(this.context);
    for (const table of statisticsTables) yield* this.compare(table, first);
  }

  async repair(client: pg.ClientBase): Promise<void> {
    const { endpoint } = this.context;
    for (const { name, key, sums, whole } of statisticsTables) {
      const value = (column: string) => (whole.includes(column) ? `round(${column})::bigint` : column);
      await client.query(
        `INSERT INTO ${name} AS t (endpoint, ${key.join(', ')}, ${sums.join(', ')})
         SELECT $1, ${key.join(', ')}, ${sums.map(value).join(', ')} FROM mending_${name}
         ON CONFLICT (endpoint, ${key.join(', ')}) DO UPDATE SET ${addExcluded('t', sums)}`,
        [endpoint],
      );
    }
  }

  private nothing(): StatisticsChange {
    return new StatisticsChange((step) => this.context.facts.get(step));
  }

  private async leaveOutQueued(): Promise<void> {
    const { client, endpoint, facts } = this.context;
    const sql = `
      SELECT endpoint, rollout, step, version, role, routing_key AS "routingKey", sum(requests)::float8 AS requests,
        sum(errors)::float8 AS errors, sum(compared)::float8 AS compared, sum(agreed) AS agreed, sum(numeric)::float8 AS numeric,
        sum(answer_difference) AS "answerDifference", sum(answer_squared_difference) AS "answerSquaredDifference"
      FROM pending_counts WHERE endpoint = $1 GROUP BY endpoint, rollout, step, version, role, routing_key`;
    type Queued = Omit<RecordedCount, 'agreement'> & Agreement;
    for await (const queued of readByCursor<Queued>(client, sql, [endpoint])) {
      const { compared, agreed, numeric, answerDifference, answerSquaredDifference, ...count } = queued;
      await facts.load(client, [count]);
      const agreement = { compared, agreed, numeric, answerDifference, answerSquaredDifference };
      this.change.record({ ...count, routingKey: unitKey(count.routingKey), agreement }, -1);
      await this.relieve();
    }
  }

  private async putAway(): Promise<void> {
    const { client } = this.context;
    for (const part of Object.keys(gathered) as (keyof typeof gathered)[]) {
      await client.query(
        `INSERT INTO recounted_${part} SELECT * FROM jsonb_populate_recordset(NULL::recounted_${part}, $1)`,
        [JSON.stringify(this.change[part].map(snakeCase))],
      );
    }
    this.change = this.nothing();
  }

  /** Sums may differ by what rounding does, and a row of nothing but zeros is as good as none. */
  private async *compare(
    { name, key, sums, recounted, kept = 'true' }: StatisticsTable,
    first: number,
  ): AsyncGenerator<Difference> {
    const { client, endpoint, repair } = this.context;
    const differs = sums
      .map(
        (sum) =>
          `abs(coalesce(s.${sum}, 0) - coalesce(r.${sum}, 0)) > 1e-9 * greatest(1, abs(s.${sum}), abs(r.${sum}))`,
      )
      .join(' OR ');
    const joined = `
      FROM (SELECT ${key.join(', ')}, ${sums.map((sum) => `${sum}::float8`).join(', ')} FROM ${name} WHERE endpoint = $1) s
      FULL JOIN (${recounted}) r USING (${key.join(', ')}) WHERE rollout >= $2 AND ${kept} AND (${differs})`;
    const object = (from: string) => `jsonb_build_object(${sums.map((sum) => `'${sum}', ${from}.${sum}`).join(', ')})`;
    const sql = `SELECT concat_ws('/', ${key.join(', ')}) AS key, ${object('s')} AS stored, ${object('r')} AS recounted ${joined} ORDER BY 1`;
    for await (const row of readByCursor<Omit<Difference, 'table'>>(client, sql, [endpoint, first])) {
      yield { table: name, key: row.key, stored: present(row.stored), recounted: present(row.recounted) };
    }
    if (!repair) return;
    await client.query(
      `INSERT INTO mending_${name} SELECT ${key.join(', ')}, ${sums.map((sum) => `coalesce(r.${sum}, 0) - coalesce(s.${sum}, 0)`).join(', ')} ${joined}`,
      [endpoint, first],
    );
  }
}

/** Null where none of the sums is there. */
const present = (sums: unknown): unknown =>
  Object.values(sums as Record<string, unknown>).every((sum) => sum === null) ? null : sums;

/** A sum by its column; one by span of delay has a column for each. */
const snakeCase = (row: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).flatMap(([name, value]: [string, unknown]): [string, unknown][] =>
      Array.isArray(value)
        ? value.map((count: unknown, span) => [delayColumns[span] ?? name, count])
        : [[name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]],
    ),
  );
