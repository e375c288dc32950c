import {
  directMethod,
  doublyRobust,
  inversePropensityScore,
  selfNormalizedInversePropensityScore,
  type OffPolicyEstimate,
} from '#bandits';
import type { LoggedRequest } from '#contracts';
import type { Target } from './targets.js';

/** What a log says of a way to share requests that it was not written by. */
export interface Estimate {
  readonly target: string;
  /** Rows it rests on. */
  readonly rows: number;
  /** Rows that say nothing of it: a version it wants had no share of the traffic then. */
  readonly leftOut: number;
  /** Inverse propensity score; null without a row. */
  readonly ips: OffPolicyEstimate | null;
  /** The self-normalised one; null too where no row was answered by a version that the target wants. */
  readonly snips: OffPolicyEstimate | null;
  /** What each version's mean reward in the log says, weighed as the target would; null without a row. */
  readonly direct: OffPolicyEstimate | null;
  /** The same, corrected by the rewards themselves. */
  readonly doublyRobust: OffPolicyEstimate | null;
}

/** Mean reward that a target would have earned. @param rows oldest first @param alpha error level of the intervals, for one look */
export function estimate(rows: readonly LoggedRequest[], target: Target, alpha: number): Estimate {
  const shares = target.sharesOf(rows);
  const used = rows
    .map((row, i) => ({ row, wanted: shares[i] ?? {} }))
    .filter(({ row, wanted }) => supports(row, wanted));
  const log = {
    rewards: used.map(({ row }) => row.reward),
    loggedPropensities: used.map(({ row }) => row.propensity),
    targetPropensities: used.map(({ row, wanted }) => Math.min(1, wanted[row.version] ?? 0)),
    alpha,
  };
  return {
    target: target.name,
    rows: used.length,
    leftOut: rows.length - used.length,
    ips: used.length === 0 ? null : inversePropensityScore(log),
    snips: log.targetPropensities.some((share) => share > 0) ? selfNormalizedInversePropensityScore(log) : null,
    ...byPredictions(used, log),
  };
}

interface UsedRow {
  readonly row: LoggedRequest;
  readonly wanted: Readonly<Record<string, number>>;
}

/** The two estimates that predict rewards: of each version its mean reward in these rows, or the mean of all where it has none. */
function byPredictions(
  used: readonly UsedRow[],
  log: Parameters<typeof inversePropensityScore>[0],
): Pick<Estimate, 'direct' | 'doublyRobust'> {
  if (used.length === 0) return { direct: null, doublyRobust: null };
  const versions = [...new Set(used.flatMap(({ row, wanted }) => [row.version, ...Object.keys(wanted)]))];
  const meanOf = (rows: readonly UsedRow[]) => rows.reduce((sum, { row }) => sum + row.reward, 0) / rows.length;
  const means = versions.map((version) => {
    const own = used.filter(({ row }) => row.version === version);
    return meanOf(own.length === 0 ? used : own);
  });
  const predicted = {
    predictions: used.map(() => means),
    targetDistributions: used.map(({ wanted }) => versions.map((version) => Math.min(1, wanted[version] ?? 0))),
    alpha: log.alpha ?? 0.05,
  };
  const chosen = used.map(({ row }) => versions.indexOf(row.version));
  return { direct: directMethod(predicted), doublyRobust: doublyRobust({ ...log, ...predicted, chosen }) };
}

/** Whether every version that the target wants could have been drawn for this row; else what it would have earned is not in the log. */
function supports({ version, propensity, weights }: LoggedRequest, wanted: Readonly<Record<string, number>>): boolean {
  const logged = { ...weights, [version]: propensity };
  return Object.entries(wanted).every(([name, share]) => share <= 0 || (logged[name] ?? 0) > 0);
}

/** Whether the shares were the same all the time and for all requests: only then do the intervals hold as they are. */
export function isFixed(rows: readonly LoggedRequest[]): boolean {
  if (rows.some(({ features }) => features !== undefined)) return false;
  return new Set(rows.map(({ weights }) => JSON.stringify(Object.entries(weights).sort()))).size <= 1;
}
