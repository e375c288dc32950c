import { z } from 'zod';
import { soleAllocation } from './allocation.js';
import { assignment, version } from './spec-parts.js';
import { SteeringError, type Strategy } from './strategy.js';

export const singleSpec = z
  .object({
    /** Answers everything. */
    version,
    assignment: assignment.default('request'),
  })
  .strict();
export type SingleSpec = z.output<typeof singleSpec>;

export const singleState = z.object({
  active: z.string(),
  /** The version before it, kept warm for an instant way back; null where there was none. */
  predecessor: z.string().nullable(),
  stretch: z.int(),
});
export type SingleState = z.output<typeof singleState>;

/** One version answers everything; the one before stays warm. */
export const single: Strategy<SingleSpec, SingleState> = {
  name: 'single',
  specSchema: singleSpec,
  stateSchema: singleState,

  versionsOf: (spec) => [{ path: ['version'], version: spec.version }],

  begin: ({ spec, previous }) => ({
    active: spec.version,
    predecessor: previous === undefined || previous === spec.version ? null : previous,
    stretch: 0,
  }),

  evaluate({ spec, state, assignment: wish }) {
    const { active, predecessor, stretch } = state;
    const back = active !== spec.version;
    return {
      plan: {
        step: stretch,
        allocation: soleAllocation(active),
        shadows: [],
        assignment: wish ?? spec.assignment,
        fallback: back ? active : (predecessor ?? active),
      },
      state,
      status: back ? 'failed' : 'succeeded',
      verdict: {
        outcome: back ? 'rollback' : 'steady',
        version: active,
        reason: back ? `rolled back from ${spec.version} to ${active} by an operator` : `${active} answers everything`,
        checks: [],
      },
    };
  },

  steer({ spec, state, verb, version: named }) {
    if (verb === 'promote') {
      if (named !== undefined && named !== spec.version) {
        throw new SteeringError(`"${named}" is not the version of this endpoint; apply a manifest that names it`);
      }
      return state.active === spec.version ? state : { ...state, active: spec.version, stretch: state.stretch + 1 };
    }
    if (state.predecessor === null) {
      throw new SteeringError(`there is no version before "${spec.version}" to roll back to`);
    }
    return state.active === state.predecessor
      ? state
      : { ...state, active: state.predecessor, stretch: state.stretch + 1 };
  },
};
