import type pg from 'pg';
import type { Totals } from '../statistics/totals.js';
import type { Difference } from './difference.js';

type Sums = Record<string, number>;

/** Columns of a table that tell its rows apart, and its sums. */
interface Table {
  readonly name: Exclude<Difference['table'], 'outcomes'>;
  readonly key: readonly string[];
  readonly sums: readonly string[];
}

const counts = ['requests', 'errors', 'scored'];
const tables = {
  arms: {
    name: 'arm_stats',
    key: ['rollout', 'step', 'version'],
    sums: [...counts, 'units', 'error_sum', 'sum', 'sum_squares'],
  },
  keys: { name: 'key_stats', key: ['rollout', 'step', 'version', 'routing_key'], sums: [...counts, 'sum'] },
  pairs: {
    name: 'pair_stats',
    key: ['rollout', 'champion', 'shadow'],
    sums: [...counts, 'better', 'worse', 'sum_difference', 'sum_squared_difference', 'champion_sum', 'shadow_sum'],
  },
  buckets: { name: 'bucket_stats', key: ['rollout', 'from_ms', 'version'], sums: ['scored', 'sum', 'sum_squares'] },
} as const satisfies Record<keyof Totals, Table>;

/** Compares statistics that were counted anew with those that are stored; sums may differ by what rounding does. */
export async function compareStatistics(
  client: pg.ClientBase,
  endpoint: string,
  totals: Totals,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const part of ['arms', 'keys', 'pairs', 'buckets'] as const) {
    const table: Table = tables[part];
    const stored = await readSums(client, endpoint, table);
    const recounted = sumsOf(totals[part], table);
    for (const key of new Set([...stored.keys(), ...recounted.keys()])) {
      const [a, b] = [stored.get(key), recounted.get(key)];
      if (!equal(a, b, table)) differences.push({ table: table.name, key, stored: a ?? null, recounted: b ?? null });
    }
  }
  return differences;
}

async function readSums(
  client: pg.ClientBase,
  endpoint: string,
  { name, key, sums }: Table,
): Promise<Map<string, Sums>> {
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT ${key.join(', ')}, ${sums.map((sum) => `${sum}::float8`).join(', ')} FROM ${name} WHERE endpoint = $1`,
    [endpoint],
  );
  return keyed(rows, { key, sums });
}

function sumsOf(totals: readonly object[], table: Table): Map<string, Sums> {
  const renamed = totals.map((total) =>
    Object.fromEntries(
      Object.entries(total).map(([name, value]) => [
        name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        value,
      ]),
    ),
  );
  return keyed(renamed, table);
}

const keyed = (
  rows: readonly Record<string, unknown>[],
  { key, sums }: Pick<Table, 'key' | 'sums'>,
): Map<string, Sums> =>
  new Map(
    rows.map((row) => [
      key.map((column) => String(row[column])).join('/'),
      Object.fromEntries(sums.map((sum) => [sum, Number(row[sum])])),
    ]),
  );

/** A row of nothing but zeros is as good as none. */
function equal(a: Sums | undefined, b: Sums | undefined, { sums }: Table): boolean {
  return sums.every((sum) => {
    const [x, y] = [a?.[sum] ?? 0, b?.[sum] ?? 0];
    return Math.abs(x - y) <= 1e-9 * Math.max(1, Math.abs(x), Math.abs(y));
  });
}
