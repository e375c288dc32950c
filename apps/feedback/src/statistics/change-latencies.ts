import type pg from 'pg';
import { addLatencies, emptyLatencySketch, type LatencySketch } from '#stats';
import { addArmLatencies, emptyLatencies } from './latency-change.js';
import type { ArmChange, Sums } from './statistics-change.js';

/**
 * Adds what a change says of latencies, within the caller's transaction, which has locked the endpoints' evidence_state: sketches are read, added to and
 * written back.
 */
export async function changeLatencies(client: pg.ClientBase, change: Pick<Sums, 'arms' | 'pairs'>): Promise<void> {
  const arms = change.arms.filter(({ totalMs, modelMs }) => changes(totalMs) || changes(modelMs));
  const before = await changeKeys(
    client,
    arms.filter(({ routingKey }) => routingKey !== null),
  );
  await changeArms(client, arms, before);
  const pairs = change.pairs.filter(({ modelMs }) => changes(modelMs));
  await addTo(client, pairTable, pairs, (pair, stored) => {
    const sum = stored[0] ?? emptyLatencySketch();
    addLatencies(sum, pair.modelMs);
    return [sum];
  });
}

/** Whether anything is added or taken away. */
const changes = ({ counts, beyond }: LatencySketch): boolean => beyond !== 0 || counts.some((count) => count !== 0);

/** @returns the consumers' latencies as they were before */
async function changeKeys(client: pg.ClientBase, keys: readonly ArmChange[]): Promise<Map<ArmChange, LatencySketch>> {
  const before = new Map<ArmChange, LatencySketch>();
  await addTo(client, keyTable, keys, (key, stored) => {
    const sum = emptyLatencySketch();
    if (stored[0] !== undefined) addLatencies(sum, stored[0]);
    before.set(key, stored[0] ?? emptyLatencySketch());
    addLatencies(sum, key.totalMs);
    return [sum];
  });
  return before;
}

async function changeArms(
  client: pg.ClientBase,
  changes: readonly ArmChange[],
  before: ReadonlyMap<ArmChange, LatencySketch>,
): Promise<void> {
  const arms = Map.groupBy(changes, (one) => armTable.key.map(([field]) => one[field]).join('\n'));
  const firsts = [...arms.values()].flatMap((parts) => parts.slice(0, 1));
  const partsOf = new Map([...arms.values()].map((parts) => [parts[0], parts]));
  await addTo(client, armTable, firsts, (first, [totalMs, modelMs]) => {
    const sum = totalMs === undefined || modelMs === undefined ? emptyLatencies() : { totalMs, modelMs };
    for (const part of partsOf.get(first) ?? []) addArmLatencies(sum, part, before.get(part) ?? emptyLatencySketch());
    return [sum.totalMs, sum.modelMs];
  });
}

/** A table of sketches: fields of a change that make its key, with the columns they go to and their types. */
interface Table<Field extends string> {
  readonly name: string;
  readonly key: readonly (readonly [field: Field, column: string, type: 'text' | 'int'])[];
  readonly sketches: readonly string[];
}

const stepKey = [
  ['endpoint', 'endpoint', 'text'],
  ['rollout', 'rollout', 'int'],
  ['step', 'step', 'int'],
  ['version', 'version', 'text'],
] as const;
const armTable = { name: 'arm_latencies', key: stepKey, sketches: ['total_ms', 'model_ms'] } as const;
const keyTable = {
  name: 'key_latencies',
  key: [...stepKey, ['routingKey', 'routing_key', 'text']],
  sketches: ['total_ms'],
} as const satisfies Table<string>;
const pairTable = {
  name: 'pair_latencies',
  key: [
    ['endpoint', 'endpoint', 'text'],
    ['rollout', 'rollout', 'int'],
    ['champion', 'champion', 'text'],
    ['shadow', 'shadow', 'text'],
  ],
  sketches: ['model_ms'],
} as const satisfies Table<string>;

/** A row of one of the tables, by its fields, with the sketches that it is about. */
export interface SketchedRow {
  readonly of: object;
  readonly sketches: LatencySketch[];
}

const byName = { arm_latencies: armTable, key_latencies: keyTable, pair_latencies: pairTable } as const;
export type LatencyTableName = keyof typeof byName;

/** Adds sketches to those of some rows, within the caller's transaction, which has locked the endpoint's evidence_state. */
export async function addSketches(
  client: pg.ClientBase,
  table: LatencyTableName,
  rows: readonly SketchedRow[],
): Promise<void> {
  const changes = rows.map(({ of, sketches }) => ({ ...(of as Record<string, unknown>), sketches }));
  await addTo(client, byName[table] as Table<string>, changes, (change, stored) =>
    change.sketches.map((sketch, i) => {
      const sum = stored[i] ?? emptyLatencySketch();
      addLatencies(sum, sketch);
      return sum;
    }),
  );
}

/** Reads the sketches of some rows, and writes what `add` makes of each. @param add is given those stored; none where there is no row yet */
async function addTo<Field extends string, Change extends Readonly<Record<Field, unknown>>>(
  client: pg.ClientBase,
  { name, key, sketches }: Table<Field>,
  changes: readonly Change[],
  add: (change: Change, stored: LatencySketch[]) => LatencySketch[],
): Promise<void> {
  if (changes.length === 0) return;
  const columns = key.map(([, column]) => column).join(', ');
  const arrays = key.map(([, , type], i) => `$${i + 1}::${type}[]`).join(', ');
  const values = key.map(([field]) => changes.map((change) => change[field]));
  const { rows } = await client.query<{ place: number; stored: LatencySketch[] }>(
    `SELECT n.place::int, jsonb_build_array(${sketches.join(', ')}) AS stored
     FROM unnest(${arrays}) WITH ORDINALITY AS n (${columns}, place)
     JOIN ${name} USING (${columns})`,
    values,
  );
  const storedAt = new Map(rows.map(({ place, stored }) => [place - 1, stored]));
  const sums = changes.map((change, place) => add(change, storedAt.get(place) ?? []));
  const places = sketches.map((_, i) => `$${key.length + i + 1}::jsonb[]`).join(', ');
  await client.query(
    `INSERT INTO ${name} (${columns}, ${sketches.join(', ')}) SELECT * FROM unnest(${arrays}, ${places})
     ON CONFLICT (${columns}) DO UPDATE SET ${sketches.map((sketch) => `${sketch} = excluded.${sketch}`).join(', ')}`,
    [...values, ...sketches.map((_, i) => sums.map((sum) => JSON.stringify(sum[i])))],
  );
}
