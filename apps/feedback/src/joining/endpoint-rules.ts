import type pg from 'pg';
import { truthSpec } from '#contracts';
import { moduleMetric, type ModuleOptions, scoringRule, type ScoringRule } from '#scoring';
import { UserMetrics } from '../scoring/user-metrics.js';

/** How an endpoint's requests are scored. */
export interface EndpointRule {
  readonly rule: ScoringRule;
  /** Which output of a version the truth looks at, where the version names one and the rule does not. */
  readonly outputs: ReadonlyMap<string, string>;
  /** With `missing: default`, windows of requests up to here have closed; ms since 1970. */
  readonly closedUntil: number;
}

interface Parsed {
  readonly revision: number;
  readonly rule: ScoringRule | Error;
  readonly outputs: ReadonlyMap<string, string>;
}

/** The scoring rules as the manifests say now. Parsed once a revision. */
export class EndpointRules {
  private readonly parsed = new Map<string, Parsed>();

  /** @param userMetrics where metrics of the users' own come from; by default from nowhere */
  constructor(private readonly userMetrics = new UserMetrics([])) {}

  /**
   * @returns the rules of those endpoints that exist; null where one's `truth` cannot be used
   */
  async of(client: pg.Pool | pg.ClientBase, endpoints: readonly string[]): Promise<Map<string, EndpointRule | null>> {
    const { rows } = await client.query<{ name: string; revision: number; truth: unknown; until: number | null }>(
      `SELECT e.name, e.revision, e.manifest->'spec'->'truth' AS truth, extract(epoch FROM w.closed_until)::float8 * 1000 AS until
       FROM endpoints e LEFT JOIN window_state w ON w.endpoint = e.name WHERE e.name = ANY($1)`,
      [[...new Set(endpoints)]],
    );
    const rules = new Map<string, EndpointRule | null>();
    for (const { name, revision, truth, until } of rows) {
      const { rule, outputs } = await this.parse(client, name, revision, truth);
      rules.set(name, rule instanceof Error ? null : { rule, outputs, closedUntil: until ?? -Infinity });
    }
    return rules;
  }

  private async parse(
    client: pg.Pool | pg.ClientBase,
    name: string,
    revision: number,
    truth: unknown,
  ): Promise<Parsed> {
    const known = this.parsed.get(name);
    if (known?.revision === revision && !this.userMetrics.mayBeThereNow(name)) return known;
    const rule = await this.withUserMetric(name, ruleOf(truth));
    const parsed = { revision, rule, outputs: await outputsOf(client, name) };
    this.parsed.set(name, parsed);
    return parsed;
  }

  private async withUserMetric(endpoint: string, rule: ScoringRule | Error): Promise<ScoringRule | Error> {
    if (rule instanceof Error || rule.metric !== moduleMetric) return rule;
    return { ...rule, metric: await this.userMetrics.load(endpoint, rule.options as ModuleOptions) };
  }
}

async function outputsOf(client: pg.Pool | pg.ClientBase, endpoint: string): Promise<Map<string, string>> {
  const { rows } = await client.query<{ version: string; output: string }>(
    `SELECT version, spec->>'output' AS output FROM model_versions WHERE endpoint = $1 AND spec->>'output' IS NOT NULL`,
    [endpoint],
  );
  return new Map(rows.map(({ version, output }) => [version, output]));
}

/** The rule of `spec.truth` of a manifest; the deployer refuses one that is wrong, so an error here is rare. */
function ruleOf(truth: unknown): ScoringRule | Error {
  const spec = truthSpec.safeParse(truth ?? {});
  if (!spec.success) return spec.error;
  const result = scoringRule(spec.data);
  return result.ok ? result.rule : new Error(result.problems.map(({ message }) => message).join('; '));
}
