import { delayColumns } from '../../statistics/delay-columns.js';

/** A table of statistics, and the query that works it out from what was put away. */
export interface StatisticsTable {
  readonly name: string;
  /** Columns that tell its rows apart, beside the endpoint. */
  readonly key: readonly string[];
  readonly sums: readonly string[];
  /** Those of them that are whole numbers. */
  readonly whole: readonly string[];
  readonly recounted: string;
  /** Rows that are compared; absent: all. By the columns of the key; $1 is the endpoint. */
  readonly kept?: string;
}

const typeOf: Readonly<Record<string, string>> = { rollout: 'integer', step: 'integer', from_ms: 'bigint' };

function columnsOf(key: readonly string[], sums: readonly string[]): string {
  return [
    ...key.map((column) => `${column} ${typeOf[column] ?? 'text COLLATE "C"'}`),
    ...sums.map((sum) => `${sum} double precision`),
  ].join(', ');
}

const pairSums = [
  ...['better', 'worse', 'sum_difference', 'sum_squared_difference', 'champion_sum', 'shadow_sum'],
  ...['compared', 'agreed', 'numeric', 'answer_difference', 'answer_squared_difference'],
];

// A unit is a request, or with assignment by key all of a consumer's in one step.
const units = `
  SELECT rollout, step, version, routing_key, sum(requests) AS requests, sum(errors) AS errors, sum(scored) AS scored, sum(sum) AS sum,
    sum(sum_squares) AS sum_squares, ${delayColumns.map((column) => `sum(${column}) AS ${column}`).join(', ')}
  FROM recounted_arms GROUP BY rollout, step, version, routing_key`;
const byKey = (ofKey: string, ofRequests: string): string =>
  `sum(CASE WHEN routing_key IS NULL THEN ${ofRequests} ELSE ${ofKey} END)`;

/** Truths of a unit: of a consumer once in each span that it has one in. */
const joined = delayColumns.join(' + ');
const truths = [
  `${byKey(`(${joined} > 0)::int`, joined)} AS joined`,
  ...delayColumns.map((column) => `${byKey(`(${column} > 0)::int`, column)} AS ${column}`),
].join(', ');

export const statisticsTables: readonly StatisticsTable[] = [
  {
    name: 'arm_stats',
    key: ['rollout', 'step', 'version'],
    sums: ['requests', 'errors', 'units', 'error_sum', 'scored', 'sum', 'sum_squares', 'joined', ...delayColumns],
    whole: ['requests', 'errors', 'units', 'scored', 'joined', ...delayColumns],
    recounted: `
      SELECT rollout, step, version, sum(requests) AS requests, sum(errors) AS errors,
        ${byKey('(requests > 0)::int', 'requests')} AS units,
        ${byKey('CASE WHEN requests > 0 THEN errors / requests ELSE 0 END', 'errors')} AS error_sum,
        ${byKey('(scored > 0)::int', 'scored')} AS scored,
        ${byKey('CASE WHEN scored > 0 THEN sum / scored ELSE 0 END', 'sum')} AS sum,
        ${byKey('CASE WHEN scored > 0 THEN (sum / scored) ^ 2 ELSE 0 END', 'sum_squares')} AS sum_squares,
        ${truths}
      FROM (${units}) u GROUP BY rollout, step, version`,
  },
  {
    name: 'key_stats',
    key: ['rollout', 'step', 'version', 'routing_key'],
    sums: ['requests', 'errors', 'scored', 'sum', ...delayColumns],
    whole: ['requests', 'errors', 'scored', ...delayColumns],
    recounted: `SELECT rollout, step, version, routing_key, requests, errors, scored, sum, ${delayColumns.join(', ')} FROM (${units}) u WHERE routing_key IS NOT NULL`,
  },
  {
    name: 'pair_stats',
    key: ['rollout', 'champion', 'shadow'],
    sums: ['requests', 'errors', 'scored', ...pairSums],
    whole: ['requests', 'errors', 'scored', 'better', 'worse', 'compared', 'numeric'],
    recounted: `
      SELECT rollout, champion, shadow, ${['requests', 'errors', 'scored', ...pairSums].map((sum) => `sum(${sum}) AS ${sum}`).join(', ')}
      FROM recounted_pairs GROUP BY rollout, champion, shadow`,
  },
  {
    name: 'bucket_stats',
    key: ['rollout', 'from_ms', 'version'],
    sums: ['scored', 'sum', 'sum_squares'],
    whole: ['scored'],
    recounted: `
      SELECT rollout, from_ms, version, sum(scored) AS scored, sum(sum) AS sum, sum(sum_squares) AS sum_squares
      FROM recounted_buckets GROUP BY rollout, from_ms, version`,
    // Older buckets have been dropped.
    kept: `from_ms >= coalesce((
      SELECT kept_from_ms FROM (SELECT rollout AS of, kept_from_ms FROM bucket_retention WHERE endpoint = $1) b WHERE b.of = rollout), from_ms)`,
  },
];

/** The parts of a StatisticsChange, by the columns that are put away of each. */
export const gathered = {
  arms: columnsOf(
    ['rollout', 'step', 'version', 'routing_key'],
    ['requests', 'errors', 'scored', 'sum', 'sum_squares', ...delayColumns],
  ),
  pairs: columnsOf(['rollout', 'champion', 'shadow'], ['requests', 'errors', 'scored', ...pairSums]),
  buckets: columnsOf(['rollout', 'from_ms', 'version'], ['scored', 'sum', 'sum_squares']),
} as const;

/** What gathers during an audit: sums that were put away, and by how much the tables are to be changed. Gone with the session. */
export const temporaryTables = [
  ...Object.entries(gathered).map(([part, columns]) => recreate(`recounted_${part}`, columns)),
  ...statisticsTables.map(({ name, key, sums }) => recreate(`mending_${name}`, columnsOf(key, sums))),
].join(';');

function recreate(table: string, columns: string): string {
  return `DROP TABLE IF EXISTS ${table}; CREATE TEMP TABLE ${table} (${columns})`;
}
