import { linearCoefficients, squarecbOptions } from '#bandits';
import { featureCount, type ContextualPart, type Evidence } from '#contracts';
import { activeArms, policyOf } from './bandit-allocation.js';
import { policyParts, type BanditSpec, type BanditState } from './bandit-spec.js';
import type { RewardKind } from './reward.js';
import { totalOf } from './step-evidence.js';

/** Coefficients are put into a new plan when one has moved by as much: less is noise. */
const leastChange = 1e-3;

/** What a contextual bandit looks at, and how; undefined for all others. */
export function contextOf({ policy }: BanditSpec) {
  const { name, options } = policyParts(policy ?? '');
  if (name !== 'squarecb' || options['features'] === undefined) return undefined;
  const { features, gamma, ridge } = squarecbOptions.parse(options);
  return features && { features, gamma, ridge };
}

/**
 * The coefficients of each arm that gets traffic, turned so that a greater prediction is better. An arm without its burn-in is taken for an average one:
 * neither shunned nor flooded. Before any has its burn-in all are 0, which shares evenly.
 */
export function modelsOf(
  spec: BanditSpec,
  state: Pick<BanditState, 'cutOff'>,
  { evidence, reward }: { evidence: Evidence | null; reward: RewardKind },
): Record<string, number[]> {
  const context = contextOf(spec);
  if (context === undefined) return {};
  const arms = activeArms(spec, state);
  const size = featureCount(context.features) + 1;
  const sign = reward.goal === 'minimise' ? -1 : 1;
  const known = new Map<string, number[]>();
  for (const { version, scored, gram, moments } of evidence?.models ?? []) {
    const isKnown = moments.length === size && totalOf(evidence, version).scored >= spec.burnIn;
    if (!arms.includes(version) || !isKnown) continue;
    const coefficients = linearCoefficients({ ridge: context.ridge, n: scored, gram, moments });
    known.set(
      version,
      coefficients.map((coefficient) => sign * coefficient),
    );
  }
  return modelsFor(arms, Object.fromEntries(known), size);
}

/** A model for each of the arms: its own, else the mean of the others'. */
export function modelsFor(
  arms: readonly string[],
  models: Readonly<Record<string, number[]>>,
  size = Object.values(models)[0]?.length ?? 0,
): Record<string, number[]> {
  const known = Object.values(models);
  if (size === 0) return {};
  const average = Array.from({ length: size }, (_, i) => {
    const sum = known.reduce((total, coefficients) => total + (coefficients[i] ?? 0), 0);
    return known.length === 0 ? 0 : sum / known.length;
  });
  return Object.fromEntries(arms.map((arm) => [arm, models[arm] ?? average]));
}

/** Whether models have moved enough for a new plan. */
export function haveMoved(
  before: Readonly<Record<string, number[]>>,
  after: Readonly<Record<string, number[]>>,
): boolean {
  const arms = Object.keys(after);
  return (
    arms.length !== Object.keys(before).length ||
    arms.some((arm) => {
      const old = before[arm];
      return old === undefined || after[arm]?.some((value, i) => Math.abs(value - (old[i] ?? 0)) >= leastChange);
    })
  );
}

/** Whether one arm can be confirmed as the best: arms are taken to stay as they are, and which is best does not depend on the request. */
export const hasOneBest = (spec: BanditSpec, reward: RewardKind): boolean =>
  contextOf(spec) === undefined && policyOf(spec, reward).memory.kind === 'everything';

/** What the router needs; undefined where requests are not shared out by what they say. */
export function contextualPart(spec: BanditSpec, state: BanditState): ContextualPart | undefined {
  const context = contextOf(spec);
  const models = Object.entries(state.models).map(([version, coefficients]) => ({ version, coefficients }));
  if (context === undefined || state.phase !== 'running' || models.length < 2) return undefined;
  const { features, gamma } = context;
  return { features, gamma, floor: spec.floor, models };
}
