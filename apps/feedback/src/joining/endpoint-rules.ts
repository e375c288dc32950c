import type pg from 'pg';
import { truthSpec } from '#contracts';
import { scoringRule, type ScoringRule } from '#scoring';

/** How an endpoint's requests are scored. */
export interface EndpointRule {
  readonly rule: ScoringRule;
  /** With `missing: default`, windows of requests up to here have closed; ms since 1970. */
  readonly closedUntil: number;
}

/** The scoring rules as the manifests say now. Parsed once a revision. */
export class EndpointRules {
  private readonly parsed = new Map<string, { revision: number; rule: ScoringRule | Error }>();

  /**
   * @returns the rules of those endpoints that exist and have one
   */
  async of(client: pg.Pool | pg.ClientBase, endpoints: readonly string[]): Promise<Map<string, EndpointRule>> {
    const { rows } = await client.query<{ name: string; revision: number; truth: unknown; until: number | null }>(
      `SELECT e.name, e.revision, e.manifest->'spec'->'truth' AS truth, extract(epoch FROM w.closed_until)::float8 * 1000 AS until
       FROM endpoints e LEFT JOIN window_state w ON w.endpoint = e.name WHERE e.name = ANY($1)`,
      [[...new Set(endpoints)]],
    );
    return new Map(
      rows.flatMap(({ name, revision, truth, until }) => {
        const rule = this.parse(name, revision, truth);
        return rule instanceof Error ? [] : [[name, { rule, closedUntil: until ?? -Infinity }]];
      }),
    );
  }

  private parse(name: string, revision: number, truth: unknown): ScoringRule | Error {
    const known = this.parsed.get(name);
    if (known?.revision === revision) return known.rule;
    const rule = ruleOf(truth);
    this.parsed.set(name, { revision, rule });
    return rule;
  }
}

/** The rule of `spec.truth` of a manifest; the deployer refuses one that is wrong, so an error here is rare. */
function ruleOf(truth: unknown): ScoringRule | Error {
  const spec = truthSpec.safeParse(truth ?? {});
  if (!spec.success) return spec.error;
  const result = scoringRule(spec.data);
  return result.ok ? result.rule : new Error(result.problems.map(({ message }) => message).join('; '));
}
