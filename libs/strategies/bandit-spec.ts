import { z } from 'zod';
import { policies } from '#bandits';
import {
  alpha,
  assignment as assignmentPart,
  endedBy,
  latencyGuardrail,
  onSuccess,
  positiveDuration,
  version,
} from './spec-parts.js';

type PolicyChoice = string | { readonly name: string; readonly [option: string]: unknown };

/** Name and options of a policy, however the manifest has it. */
export function policyParts(choice: PolicyChoice): { name: string; options: Record<string, unknown> } {
  if (typeof choice === 'string') return { name: choice, options: {} };
  const { name, ...options } = choice;
  return { name, options };
}

/** What is wrong with a choice of policy, by the policy's own schema. */
function policyProblems(choice: PolicyChoice | undefined): { path: (string | number)[]; message: string }[] {
  if (choice === undefined) return [];
  const { name, options } = policyParts(choice);
  const policy = policies.find((known) => known.name === name);
  if (policy === undefined) {
    const path = typeof choice === 'string' ? [] : ['name'];
    const names = policies.map((known) => known.name).join(', ');
    return [{ path, message: `unknown policy "${name}"; expected one of ${names}` }];
  }
  const set = ['rewards', 'goal'].filter((option) => option in options);
  if (set.length > 0)
    return set.map((option) => ({ path: [option], message: 'follows from the metric; leave it out' }));
  const parsed = policy.optionsSchema.safeParse(options);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => ({
        path: path.filter((part) => typeof part !== 'symbol'),
        message,
      }));
}

const slight = z.number().gt(0).lt(1);

export const banditFields = z
  .object({
    arms: z.array(version).min(2).max(50),
    /** Answers where another arm fails, and takes all traffic on a roll back; absent: the first arm. */
    champion: version.optional(),
    /** `earn`: lose least while it runs; `decide`: confirm a winner soonest. Names the policy, where `policy` does not. */
    mode: z.enum(['earn', 'decide']).default('earn'),
    /** A registered policy by name, or an object with `name` and its options. */
    policy: z.union([z.string(), z.looseObject({ name: z.string() })]).optional(),
    /** Least share of each arm that is not cut off. */
    floor: z.number().min(0).max(0.5).default(0.05),
    /** How often shares are computed afresh. */
    cadence: positiveDuration.default(30_000),
    /** Scored units of each arm before shares leave the even ones. */
    burnIn: z.int().min(0).default(50),
    /** Scored units of each arm before a winner is confirmed. */
    minSamples: z.int().min(1).default(100),
    alpha,
    /**
     * Keep the champion where no other arm can be better by this much: `relative` to its mean (rewards within [0, 1]) or `absolute`, in reward
     * units. Absent: 1 % of the mean, and never for real-valued rewards. `false`: never.
     */
    indifference: z
      .union([z.strictObject({ relative: slight }), z.strictObject({ absolute: z.number().gt(0) }), z.literal(false)])
      .optional(),
    /** Errors are always looked at; latency where it is named: an arm that is too slow, against the champion or by the limit, is cut off. */
    guardrails: z.strictObject({ latency: latencyGuardrail.optional() }).optional(),
    onSuccess: onSuccess.default('promote'),
    assignment: assignmentPart.default('request'),
  })
  .strict();
type BanditFields = z.output<typeof banditFields>;

/** What does not fit together in the settings of a race, whoever runs in it. */
export function raceRules(
  { assignment, floor, policy }: Pick<BanditFields, 'assignment' | 'floor' | 'policy'>,
  context: z.RefinementCtx,
  arms = 2,
): void {
  const problem = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
  if (floor * arms >= 1) {
    problem(['floor'], `expected less than ${Number((1 / arms).toFixed(4))}, since ${arms} arms share the traffic`);
  }
  if (typeof policy === 'object' && 'features' in policy && assignment === 'key') {
    problem(['assignment'], 'expected "request": a contextual policy shares each request out by what it says');
  }
  for (const { path, message } of policyProblems(policy)) problem(['policy', ...path], message);
}

export const banditSpec = banditFields.superRefine((spec, context) => {
  const { arms, champion } = spec;
  const problem = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
  for (const [i, arm] of arms.entries()) {
    if (arms.indexOf(arm) < i) problem(['arms', i], `"${arm}" is an arm already: expected each version once`);
  }
  if (champion !== undefined && !arms.includes(champion)) {
    problem(['champion'], `expected one of the arms: ${arms.join(', ')}`);
  }
  raceRules(spec, context, arms.length);
});
export type BanditSpec = z.output<typeof banditSpec>;

export const banditState = z.object({
  phase: z.enum(['running', 'promoted', 'kept', 'rolled-back']),
  endedBy,
  /** The arm that takes all traffic, in phase `promoted`. */
  winner: z.string().nullable(),
  /** The arm with the best mean as last seen, for an operator's `promote` without a name. */
  leader: z.string().nullable(),
  /** Shares in force while it runs. */
  weights: z.record(z.string(), z.number()),
  /** Counts changes of the weights. */
  stretch: z.int(),
  /** When shares were last computed. */
  computedAt: z.number(),
  /** P(no arm is better than the champion by more than the indifference), as of `computedAt`; null where it was not asked. */
  nothingLost: z.number().nullable().default(null),
  /** Arms that failed too often and get no more traffic, with the reason. */
  cutOff: z.record(z.string(), z.string()),
  /** Coefficients in force, by arm, where the policy is contextual. */
  models: z.record(z.string(), z.array(z.number())).default({}),
  /** Versions that were arms of this rollout and are none any more. The tests still count them. */
  retired: z.array(z.string()).default([]),
  /** How often the set of arms was changed. */
  changes: z.int().default(0),
});
export type BanditState = z.output<typeof banditState>;

export const championOf = ({ champion, arms }: BanditSpec): string => champion ?? arms[0] ?? '';

/** Every version that has been an arm of the rollout. */
export const racedArms = ({ arms }: BanditSpec, { retired }: Pick<BanditState, 'retired'>): string[] => [
  ...arms,
  ...retired,
];
