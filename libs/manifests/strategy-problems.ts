import { findStrategy, strategies, type RegisteredStrategy, type RewardKind } from '#strategies';
import { issueProblems } from './issue-problems.js';
import { pathText, type Problem } from './problem.js';

/** The strategy of a manifest: its name and its spec as given, which the strategy's own schema takes. */
export interface ManifestStrategy {
  readonly name: string;
  readonly spec: unknown;
}

type Result = { ok: true; strategy: ManifestStrategy } | { ok: false; problems: Problem[] };

const names = strategies.map((strategy) => strategy.name).join(', ');

/**
 * Checks `spec.strategy` by the registry: exactly one known strategy, a spec that its schema takes, versions that the manifest lists.
 * @param listed names in `spec.versions`; undefined where they cannot be read
 * @param reward kind of the rewards; undefined where the metric is not known
 */
export function checkStrategy(
  value: unknown,
  listed: readonly string[] | undefined,
  reward: RewardKind | undefined,
): Result {
  const found = oneStrategy(value);
  if (!found.ok) return found;
  const { strategy, spec } = found;
  const problems = specProblems(strategy, spec, ['spec', 'strategy', strategy.name], listed, reward);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, strategy: { name: strategy.name, spec } };
}

/** The one strategy that stands under `spec.strategy`, and what is said of it. */
export function oneStrategy(
  value: unknown,
): { ok: true; strategy: RegisteredStrategy; spec: unknown } | { ok: false; problems: Problem[] } {
  const at = ['spec', 'strategy'];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return failed({ path: pathText(at), message: `expected an object with exactly one of ${names}` });
  }
  if ('template' in value) {
    const message = 'names a template, which the deployer has: expected the strategy itself here';
    return failed({ path: pathText([...at, 'template']), message });
  }
  const given = Object.entries(value as Record<string, unknown>);
  const [first] = given;
  if (first === undefined || given.length > 1) {
    const got = first === undefined ? 'none' : given.map(([key]) => key).join(' and ');
    return failed({ path: pathText(at), message: `expected exactly one strategy of ${names}, got ${got}` });
  }
  const [name, spec] = first;
  const strategy = findStrategy(name);
  if (strategy === undefined) {
    return failed({ path: pathText([...at, name]), message: `unknown strategy; expected one of ${names}` });
  }
  return { ok: true, strategy, spec };
}

function specProblems(
  strategy: RegisteredStrategy,
  spec: unknown,
  at: readonly string[],
  listed: readonly string[] | undefined,
  reward: RewardKind | undefined,
): Problem[] {
  const parsed = strategy.specSchema.safeParse(spec);
  if (!parsed.success) return issueProblems(strategy.specSchema, parsed.error, spec, at);
  const missing = strategy
    .versionsOf(spec)
    .filter(({ version }) => listed !== undefined && !listed.includes(version))
    .map(({ path, version }) => ({
      path: pathText([...at, ...path]),
      message: `version "${version}" is not listed in spec.versions; expected one of ${listed?.join(', ') ?? ''}`,
    }));
  const unfit = reward === undefined ? [] : strategy.problems(spec, reward);
  return [...missing, ...unfit.map(({ path, message }) => ({ path: pathText([...at, ...path]), message }))];
}

const failed = (...problems: Problem[]) => ({ ok: false as const, problems });
