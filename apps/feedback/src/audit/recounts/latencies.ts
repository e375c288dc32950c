import type pg from 'pg';
import type { AuditDifference as Difference } from '#contracts';
import { addLatencies, emptyLatencySketch, latencyCount, type LatencySketch } from '#stats';
import { addSketches, type LatencyTableName, type SketchedRow } from '../../statistics/change-latencies.js';
import { type CountedRow, countedColumns, countOf } from '../../statistics/count-of.js';
import { StatisticsChange } from '../../statistics/statistics-change.js';
import { readPendingLatencies } from '../../statistics/take-counts.js';
import { totalsOf } from '../../statistics/totals.js';
import { firstWholeRollout } from '../first-whole-rollout.js';
import { readByCursor } from '../read-by-cursor.js';
import type { AuditContext, Recount, RecountPass } from '../recount.js';

const rowsSql = `SELECT ${countedColumns} FROM predictions WHERE endpoint = $1 AND NOT pinned AND role <> 'fallback'`;

/**
 * How long answers took, from the rows. What the recorder has counted and feedback has not yet taken over is left out, as it is in the tables. A sketch is
 * kept in memory for each version and step, and with assignment by key for each consumer.
 */
export const latencies: Recount = {
  name: 'arm_latencies, key_latencies, pair_latencies',
  begin: (context) => new LatencyPass(context),
};

class LatencyPass implements RecountPass {
  private readonly mending = new Map<LatencyTableName, SketchedRow[]>();

  /** Of earlier rollouts not all rows are kept. */
  private first = 0;

  constructor(private readonly context: AuditContext) {}

  async *end(): AsyncGenerator<Difference> {
    const { client, endpoint, facts } = this.context;
    const change = new StatisticsChange((step) => facts.get(step));
    for await (const row of readByCursor<CountedRow>(client, rowsSql, [endpoint])) {
      await facts.load(client, [row]);
      change.record({ ...countOf(row, facts.get(row)), requests: 0, errors: 0 });
    }
    for (const count of await readPendingLatencies(client, endpoint)) {
      await facts.load(client, [count]);
      change.record(count, -1);
    }
    this.first = await firstWholeRollout(this.context);
    const { arms, keys, pairs } = totalsOf(change);
    yield* this.compare('arm_latencies', arms.map((arm) => ({ of: arm, sketches: [arm.totalMs, arm.modelMs] }))); // prettier-ignore
    yield* this.compare('key_latencies', keys.map((key) => ({ of: key, sketches: [key.totalMs] }))); // prettier-ignore
    yield* this.compare('pair_latencies', pairs.map((pair) => ({ of: pair, sketches: [pair.modelMs] }))); // prettier-ignore
  }

  async repair(client: pg.ClientBase): Promise<void> {
    for (const [table, rows] of this.mending) await addSketches(client, table, rows);
  }

  private async *compare(table: LatencyTableName, expected: readonly SketchedRow[]): AsyncGenerator<Difference> {
    const { client, endpoint } = this.context;
    const isWhole = ({ of }: SketchedRow) => (of as { rollout: number }).rollout >= this.first;
    const byKey = new Map(expected.filter(isWhole).map((row) => [keyOf(table, row.of), row]));
    const mending: SketchedRow[] = [];
    const differ = (key: string, of: object, stored: LatencySketch[], recounted: LatencySketch[]): Difference[] => {
      const difference = keys[table].sketches.map((_, i) => minus(recounted[i], stored[i]));
      if (difference.every((sketch, i) => isNothing(sketch, recounted[i]))) return [];
      mending.push({ of, sketches: difference });
      return [{ table, key, stored: stored[0] === undefined ? null : stored, recounted }];
    };
    const sql = `SELECT * FROM ${table} WHERE endpoint = $1 AND rollout >= $2`;
    for await (const row of readByCursor<Record<string, unknown>>(client, sql, [endpoint, this.first])) {
      const of = Object.fromEntries(keys[table].columns.map((column) => [fieldOf(column), row[column]]));
      const key = keyOf(table, of);
      const stored = keys[table].sketches.map((column) => row[column] as LatencySketch);
      yield* differ(key, { ...of, endpoint }, stored, byKey.get(key)?.sketches ?? []);
      byKey.delete(key);
    }
    for (const [key, { of, sketches }] of byKey) yield* differ(key, of, [], sketches);
    this.mending.set(table, mending);
  }
}

const stepColumns = ['rollout', 'step', 'version'];
const keys: Record<LatencyTableName, { readonly columns: string[]; readonly sketches: string[] }> = {
  arm_latencies: { columns: stepColumns, sketches: ['total_ms', 'model_ms'] },
  key_latencies: { columns: [...stepColumns, 'routing_key'], sketches: ['total_ms'] },
  pair_latencies: { columns: ['rollout', 'champion', 'shadow'], sketches: ['model_ms'] },
};
const fieldOf = (column: string): string => (column === 'routing_key' ? 'routingKey' : column);
const keyOf = (table: LatencyTableName, of: object): string =>
  keys[table].columns.map((column) => String((of as Record<string, unknown>)[fieldOf(column)])).join('/');

function minus(a: LatencySketch | undefined, b: LatencySketch | undefined): LatencySketch {
  const difference = emptyLatencySketch();
  if (a !== undefined) addLatencies(difference, a);
  if (b !== undefined) addLatencies(difference, b, -1);
  return difference;
}

/** A bucket may differ by what rounding does. */
function isNothing({ counts, beyond }: LatencySketch, of: LatencySketch | undefined): boolean {
  const tolerance = 1e-9 * Math.max(1, of === undefined ? 0 : latencyCount(of));
  return [...counts, beyond].every((count) => Math.abs(count) <= tolerance);
}
