import type { Check, RolloutPolicy } from '#contracts';

/** A move that a strategy wants to make towards its candidate. A way back is none: nothing may hold it. */
export interface Wish {
  /** `promotion`: a version is to have all of the traffic. */
  readonly kind: 'advance' | 'promotion';
  /** The version that gains. */
  readonly version: string;
  /** The step in force, which it would leave. */
  readonly step: number;
}

/** What a gate may look at. */
export interface GateInput {
  readonly policy: RolloutPolicy;
  /** Undefined: the strategy wants no such move now. */
  readonly wish: Wish | undefined;
  /** The step that an operator has approved to leave; null: none. */
  readonly approvedStep: number | null;
  /** When the rollout began, ms since 1970. */
  readonly startedAt: number;
  /** ms since 1970. */
  readonly now: number;
}

/** Stands between the strategy's wish and the plan. Pure: asked again at every look, until it is open. */
export interface Gate {
  readonly name: string;
  /** What it says; undefined: it is open. */
  ask(input: GateInput): (Pick<Check, 'detail'> & { readonly waitsFor: string }) | undefined;
}
