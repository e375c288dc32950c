import type pg from 'pg';
import type { AuditDifference as Difference } from '#contracts';
import { addLatencies, emptyLatencySketch, latencyCount, type LatencySketch } from '#stats';
import { readByCursor } from '../../read-by-cursor.js';
import { addSketches, type LatencyTableName, type SketchedRow } from '../../statistics/change-latencies.js';
import { type CountedRow, countedColumns, countOf } from '../../statistics/count-of.js';
import { addUnitLatencies } from '../../statistics/latency-change.js';
import { type RecordedCount, StatisticsChange } from '../../statistics/statistics-change.js';
import { readPendingLatencies } from '../../statistics/take-counts.js';
import { firstWholeRollout } from '../first-whole-rollout.js';
import type { AuditContext, Recount, RecountPass } from '../recount.js';
import { compareSketches, pagesToMend, putSketchesAway, sketchTables, type SketchKey } from './sketches-put-away.js';

const rowsSql = `SELECT ${countedColumns} FROM predictions WHERE endpoint = $1 AND NOT pinned AND role <> 'fallback'`;

/** Rows that are counted, or sketches that differ, before what has gathered is put away. */
const mostInMemory = 2_000;

/**
 * How long answers took, from the rows. What the recorder has counted and feedback has not yet taken over is left out, as it is in the tables. Sketches
 * gather in a temporary table, since with assignment by key there is one for each consumer and step, and are compared one after the other.
 */
export const latencies: Recount = {
  name: 'arm_latencies, key_latencies, pair_latencies',
  prepare: sketchTables,
  begin: (context) => new LatencyPass(context),
};

class LatencyPass implements RecountPass {
  private change = this.nothing();
  private counted = 0;

  constructor(private readonly context: AuditContext) {}

  async *end(): AsyncGenerator<Difference> {
    const { client, endpoint, facts } = this.context;
    for await (const row of readByCursor<CountedRow>(client, rowsSql, [endpoint])) {
      await facts.load(client, [row]);
      await this.count({ ...countOf(row, facts.get(row)), requests: 0, errors: 0 }, 1);
    }
    for await (const count of readPendingLatencies(client, endpoint)) {
      await facts.load(client, [count]);
      await this.count(count, -1);
    }
    await this.putAway();
    const first = await firstWholeRollout(this.context);
    // A version's sum is made of consumers that weigh 1 each, however many requests they sent.
    const units = new Map<string, { readonly of: SketchKey; readonly sketches: LatencySketch[] }>();
    yield* this.compare('key_latencies', first, ({ rollout, step, version }, [consumer]) => {
      const name = `${rollout}/${String(step)}/${String(version)}`;
      const arm = units.get(name) ?? { of: { rollout, step, version }, sketches: [emptyLatencySketch(), emptyLatencySketch()] }; // prettier-ignore
      units.set(name, arm);
      if (consumer !== undefined && arm.sketches[0] !== undefined) addUnitLatencies(arm.sketches[0], consumer, 1);
    });
    await putSketchesAway(client, 'recounted_sketches', 'arm_latencies', [...units.values()]);
    yield* this.compare('arm_latencies', first);
    yield* this.compare('pair_latencies', first);
  }

  async repair(client: pg.ClientBase): Promise<void> {
    for (const table of ['arm_latencies', 'key_latencies', 'pair_latencies'] as const)
      for await (const page of pagesToMend(client, this.context.endpoint, table))
        await addSketches(client, table, page);
  }

  private nothing(): StatisticsChange {
    return new StatisticsChange((step) => this.context.facts.get(step));
  }

  private async count(count: RecordedCount, sign: 1 | -1): Promise<void> {
    this.change.record(count, sign);
    this.counted++;
    if (this.counted % mostInMemory === 0) await this.putAway();
  }

  private async putAway(): Promise<void> {
    const { arms, pairs } = this.change;
    this.change = this.nothing();
    const nothing = emptyLatencySketch();
    const parts: [LatencyTableName, SketchedRow[]][] = [
      ['arm_latencies', arms.map((arm) => ({ of: arm, sketches: [arm.routingKey === null ? arm.totalMs : nothing, arm.modelMs] }))],
      ['key_latencies', arms.flatMap((arm) => (arm.routingKey === null ? [] : [{ of: arm, sketches: [arm.totalMs] }]))],
      ['pair_latencies', pairs.map((pair) => ({ of: pair, sketches: [pair.modelMs] }))],
    ]; // prettier-ignore
    for (const [table, rows] of parts) await putSketchesAway(this.context.client, 'recounted_sketches', table, rows);
  }

  /** @param first rollouts before it are left out: not all of their rows are kept */
  private async *compare(
    table: LatencyTableName,
    first: number,
    look: (of: SketchKey, recounted: readonly LatencySketch[]) => void = () => undefined,
  ): AsyncGenerator<Difference> {
    const { client, endpoint, repair } = this.context;
    let mending: SketchedRow[] = [];
    const mend = async (): Promise<void> => {
      await putSketchesAway(client, 'mending_sketches', table, repair ? mending : []);
      mending = [];
    };
    for await (const { of, key, stored, recounted } of compareSketches(client, endpoint, table)) {
      look(of, recounted);
      const places = [...(stored.length > recounted.length ? stored : recounted).keys()];
      const sketches = places.map((i) => minus(recounted[i], stored[i]));
      if (of.rollout < first || sketches.every((sketch, i) => isNothing(sketch, recounted[i]))) continue;
      yield { table, key, stored: stored.length === 0 ? null : stored, recounted };
      mending.push({ of, sketches });
      if (mending.length >= mostInMemory) await mend();
    }
    await mend();
  }
}

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
