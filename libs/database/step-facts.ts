import type pg from 'pg';
import { armWeights, championOfPlan, type TrafficPlan } from '#contracts';

export interface StepKey {
  readonly endpoint: string;
  readonly rollout: number;
  readonly step: number;
}

/** What holds for a whole step of a rollout, as its first plan said. */
export interface StepFacts {
  readonly assignment: 'request' | 'key';
  /** The version with all of the traffic, else the plan's fallback: whom shadows are compared with. Null where there was no plan. */
  readonly champion: string | null;
  /** Versions that get copies of requests. */
  readonly shadows: readonly string[];
  /** Shares of the traffic by version. */
  readonly weights: Readonly<Record<string, number>>;
  /** Shares of the units by the name under which they count; see `armName`. */
  readonly arms: Readonly<Record<string, number>>;
  /** What else the name depends on, where there is a baseline. */
  readonly baseline?: Pick<TrafficPlan, 'baseline' | 'salt' | 'assignment'>;
  /** When the first plan was made, ms since 1970. */
  readonly from: number;
  /** Width of the time buckets that rewards are counted in too, ms; null where none are kept. */
  readonly bucketMs: number | null;
  /** Each request had shares of its own. */
  readonly contextual: boolean;
}

/** For rows whose plan is not in the database: each request is a unit of its own, and nobody is compared. */
export const unknownStep: StepFacts = {
  assignment: 'request',
  champion: null,
  shadows: [],
  weights: {},
  arms: {},
  from: 0,
  bucketMs: null,
  contextual: false,
};
const maxKnown = 20_000;

/** Looks up the facts of steps, each once: they never change, since a change of weights or assignment begins a new step. */
export class StepFactsCache {
  private readonly known = new Map<string, StepFacts>();

  /** Makes sure that `get` knows the steps. Costs a query only where one is new. */
  async load(client: pg.Pool | pg.ClientBase, steps: readonly StepKey[]): Promise<void> {
    const missing = new Map<string, StepKey>();
    for (const step of steps) if (!this.known.has(keyOf(step))) missing.set(keyOf(step), step);
    if (missing.size === 0) return;
    if (this.known.size > maxKnown) this.known.clear();
    const wanted = [...missing.values()];
    const { rows } = await client.query<StepKey & { plan: TrafficPlan; begun: number }>(
      `SELECT w.endpoint, w.rollout, w.step, p.plan, p.begun
       FROM unnest($1::text[], $2::int[], $3::int[]) AS w (endpoint, rollout, step)
       CROSS JOIN LATERAL (
         SELECT plan, (extract(epoch FROM created_at) * 1000)::float8 AS begun FROM traffic_plans t
         WHERE t.endpoint = w.endpoint AND t.rollout = w.rollout AND t.step = w.step ORDER BY epoch LIMIT 1
       ) p`,
      [wanted.map((step) => step.endpoint), wanted.map((step) => step.rollout), wanted.map((step) => step.step)],
    );
    for (const row of rows) this.known.set(keyOf(row), factsOf(row.plan, row.begun));
  }

  get(step: StepKey): StepFacts {
    return this.known.get(keyOf(step)) ?? unknownStep;
  }
}

const keyOf = ({ endpoint, rollout, step }: StepKey): string => `${endpoint}/${rollout}/${step}`;

function factsOf(plan: TrafficPlan, from: number): StepFacts {
  return {
    assignment: plan.assignment,
    champion: championOfPlan(plan),
    shadows: (plan.shadows as TrafficPlan['shadows'] | undefined)?.map(({ version }) => version) ?? [],
    weights: Object.fromEntries(plan.allocation.map(({ version, weight }) => [version, weight])),
    arms: armWeights(plan),
    ...(plan.baseline === undefined ? {} : { baseline: plan }),
    from,
    bucketMs: plan.bucketMs ?? null,
    contextual: plan.contextual !== undefined,
  };
}
