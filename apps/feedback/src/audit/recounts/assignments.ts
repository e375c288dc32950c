import { trafficPlan } from '#contracts';
import { CompiledPlan, compilePlan, decide, drawShadows } from '#routing';
import type pg from 'pg';
import type { AuditDifference as Difference } from '#contracts';
import { readByCursor } from '../../read-by-cursor.js';
import type { Recount } from '../recount.js';

interface AssignedRow {
  request_id: string;
  slot: string;
  version: string;
  role: 'primary' | 'shadow';
  propensity: number | null;
  pinned: boolean;
  routing_key: string | null;
  features: number[] | null;
  epoch: string;
}

const sql = `
  SELECT request_id, slot, version, role, propensity, pinned, routing_key, features, epoch FROM predictions
  WHERE endpoint = $1 AND role <> 'fallback' AND NOT pinned`;

/**
 * Which version each request was given to and with what probability, from its plan and its id, by the code that the router runs. What
 * a caller or a header named cannot be worked out from the log, nor whether a shadow that was drawn ought to have run.
 */
export const assignments: Recount = {
  name: 'assignments',
  begin: ({ client, endpoint }) => ({
    async *end() {
      const plans = await readPlans(client, endpoint);
      for await (const row of readByCursor<AssignedRow>(client, sql, [endpoint])) {
        const difference = compare(row, plans.get(row.epoch));
        if (difference !== undefined) yield difference;
      }
    },
  }),
};

async function readPlans(client: pg.ClientBase, endpoint: string): Promise<Map<string, CompiledPlan>> {
  const { rows } = await client.query<{ epoch: string; plan: unknown }>(
    'SELECT epoch, plan FROM traffic_plans WHERE endpoint = $1',
    [endpoint],
  );
  const plans = new Map<string, CompiledPlan>();
  for (const { epoch, plan } of rows) {
    const parsed = trafficPlan.safeParse(plan);
    if (parsed.success) plans.set(epoch, compilePlan(parsed.data));
  }
  return plans;
}

/** Characters that Postgres cannot hold became this one: who was hashed is not known any more. */
const replaced = '\u{fffd}';

/** What differs in a row's assignment; undefined where nothing does. */
export function compare(row: AssignedRow, plan: CompiledPlan | undefined): Difference | undefined {
  const { request_id: requestId, slot, version, propensity, routing_key: routingKey, epoch } = row;
  if (routingKey?.includes(replaced) === true) return undefined;
  const expected = plan === undefined ? `a traffic plan with epoch ${epoch}` : expectedOf(row, plan);
  const stored = { version, propensity };
  if (typeof expected === 'object' && expected.version === version && expected.propensity === propensity)
    return undefined;
  return { table: 'predictions', key: `${requestId}/${slot}`, stored, recounted: expected };
}

type Expected = { readonly version: string; readonly propensity: number | null } | string;

function expectedOf(
  { role, request_id: requestId, routing_key: routingKey, features, version }: AssignedRow,
  plan: CompiledPlan,
): Expected {
  if (role === 'primary') {
    const { version: assigned, propensity } = decide({ plan, requestId, routingKey, features });
    return { version: assigned, propensity };
  }
  if (drawShadows(plan, requestId).includes(version))
    return { version, propensity: plan.fractions.get(version) ?? null };
  return 'no shadow of this version';
}
