import type pg from 'pg';
import type { LinearModel } from '#bandits';
import type { AuditDifference as Difference } from '#contracts';
import { changeModel } from '../../statistics/apply-change.js';
import { StatisticsChange, type ModelChange } from '../../statistics/statistics-change.js';
import { firstWholeRollout } from '../first-whole-rollout.js';
import type { AuditContext, AuditedRequest, Recount, RecountPass } from '../recount.js';

type Sums = Pick<LinearModel, 'n' | 'gram' | 'moments'>;

interface StoredModel extends Sums {
  readonly rollout: number;
  readonly version: string;
}

/** model_stats, from the features and outcomes of the log: there are few, so they are kept in memory. */
export const models: Recount = {
  name: 'model_stats',
  begin: (context) => new ModelsPass(context),
};

class ModelsPass implements RecountPass {
  private readonly change: StatisticsChange;
  private readonly mending: ModelChange[] = [];

  constructor(private readonly context: AuditContext) {
    this.change = new StatisticsChange((step) => context.facts.get(step));
  }

  request({ rows, inStatistics }: AuditedRequest): Difference[] {
    for (const [place, row] of rows.entries()) {
      const outcome = inStatistics[place] ?? null;
      if (row.features !== null && outcome !== null) this.change.addOutcomes([{ row, outcome }], 1);
    }
    return [];
  }

  async *end(): AsyncGenerator<Difference> {
    const first = await firstWholeRollout(this.context);
    const { client, endpoint } = this.context;
    const { rows } = await client.query<StoredModel>(
      'SELECT rollout, version, scored::float8 AS n, gram, moments FROM model_stats WHERE endpoint = $1 AND rollout >= $2',
      [endpoint, first],
    );
    const keyOf = ({ rollout, version }: Pick<StoredModel, 'rollout' | 'version'>): string => `${rollout}/${version}`;
    const stored = new Map(rows.map((row) => [keyOf(row), row]));
    const whole = this.change.models.filter(({ rollout }) => rollout >= first);
    const recounted = new Map(whole.map((model) => [keyOf(model), model]));
    for (const key of new Set([...stored.keys(), ...recounted.keys()])) {
      const [before, after] = [stored.get(key), recounted.get(key)?.sums];
      const missing = minus(after, before);
      if (isNothing(missing, before, after)) continue;
      const { rollout = 0, version = '' } = before ?? recounted.get(key) ?? {};
      this.mending.push({ endpoint, rollout, version, sums: { ridge: 1, ...missing } });
      yield { table: 'model_stats', key, stored: before ?? null, recounted: after ?? null };
    }
  }

  async repair(client: pg.ClientBase): Promise<void> {
    for (const model of this.mending) await changeModel(client, model);
  }
}

function minus(a: Sums | undefined, b: Sums | undefined): Sums {
  const place = (of: keyof Omit<Sums, 'n'>): number[] =>
    Array.from({ length: Math.max(a?.[of].length ?? 0, b?.[of].length ?? 0) }, (_, i) => (a?.[of][i] ?? 0) - (b?.[of][i] ?? 0)); // prettier-ignore
  return { n: (a?.n ?? 0) - (b?.n ?? 0), gram: place('gram'), moments: place('moments') };
}

/** Sums may differ by what rounding does. */
function isNothing({ n, gram, moments }: Sums, ...of: readonly (Sums | undefined)[]): boolean {
  const size = Math.max(1, ...of.flatMap((sums) => [...(sums?.gram ?? []), ...(sums?.moments ?? [])]).map(Math.abs));
  return n === 0 && [...gram, ...moments].every((value) => Math.abs(value) <= 1e-9 * size);
}
