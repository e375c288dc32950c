import { CompiledContext } from '#routing';
import type { PlanDraft } from '#strategies';
import type { RequestKind, World } from './world.js';

type Contextual = NonNullable<PlanDraft['contextual']>;

/** Requests of one kind, as a plan shares them out. */
export class Kind {
  private known:
    { readonly part: Contextual; readonly features: number[] | null; readonly weights: number[] | null } | undefined;

  /** @param world as these requests find it */
  constructor(
    readonly share: number,
    readonly world: World,
    private readonly request: unknown,
  ) {}

  /** The share of each version of the allocation. */
  weights(plan: PlanDraft): number[] {
    return this.inContext(plan)?.weights ?? plan.allocation.map(({ weight }) => weight);
  }

  /** The numbers that a contextual plan draws by; null where it does not. */
  features(plan: PlanDraft): number[] | null {
    return this.inContext(plan)?.features ?? null;
  }

  /** Computed once a plan, by the router's own code. */
  private inContext({ contextual: part, allocation }: PlanDraft) {
    if (part === undefined) return undefined;
    if (this.known?.part !== part) {
      const context = new CompiledContext(part, allocation.map(({ version }) => version)); // prettier-ignore
      const features = context.read(this.request);
      this.known = { part, features, weights: features && context.weights(features) };
    }
    return this.known;
  }
}

/** The kinds of a world's requests: one where all are alike. */
export function kindsOf(world: World): readonly Kind[] {
  const { kinds } = world;
  if (kinds === undefined) return [new Kind(1, world, null)];
  return kinds.map(
    ({ share, request, rewards }) => new Kind(share, { ...world, versions: withRewards(world, rewards) }, request),
  );
}

const withRewards = ({ versions }: World, rewards: RequestKind['rewards']): World['versions'] =>
  Object.fromEntries(
    Object.entries(versions).map(([version, model]) => [
      version,
      { ...model, reward: rewards[version] ?? model.reward },
    ]),
  );

/** Each version's share over all kinds together. */
export function overallAllocation(kinds: readonly Kind[], plan: PlanDraft): PlanDraft['allocation'] {
  const [only] = kinds;
  if (plan.contextual === undefined || only === undefined) return plan.allocation;
  const weights = kinds.map((kind) => ({ share: kind.share, of: kind.weights(plan) }));
  return plan.allocation.map(({ version }, i) => ({
    version,
    weight: weights.reduce((sum, { share, of }) => sum + share * (of[i] ?? 0), 0),
  }));
}
