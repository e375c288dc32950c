import { z } from 'zod';
import { stageNames, stageSchemas, type StageName } from './progressive-stages.js';
import type { Assignment } from './strategy.js';
import { endedBy, otherThanChampion, phase, positiveDuration, version } from './spec-parts.js';

const stage = z
  .object({
    ...stageSchemas,
    /** It takes exactly this long, unless its verdict is against the candidate: short for the next three. */
    for: positiveDuration.optional(),
    /** Least time in the stage, whatever its verdict. */
    minDuration: positiveDuration.optional(),
    /** Longest time without a verdict. */
    maxDuration: positiveDuration.optional(),
    /** What comes of a stage that has no verdict after `maxDuration`. Default: `rollback`. */
    onMaxDuration: z.enum(['rollback', 'advance', 'hold']).optional(),
  })
  .strict()
  .superRefine((given, context) => {
    const problem = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const named = stageNames.filter((name) => given[name] !== undefined);
    if (named.length !== 1) {
      const got = named.length === 0 ? 'none' : named.join(' and ');
      problem([], `expected exactly one of ${stageNames.join(', ')}, got ${got}`);
    }
    const { minDuration, maxDuration, onMaxDuration } = given;
    for (const field of ['minDuration', 'maxDuration', 'onMaxDuration'] as const) {
      if (given.for !== undefined && given[field] !== undefined)
        problem([field], 'expected no such field beside "for"');
    }
    if (onMaxDuration !== undefined && maxDuration === undefined) {
      problem(['maxDuration'], 'expected a duration such as "1d", since onMaxDuration says what comes after it');
    }
    if (minDuration !== undefined && maxDuration !== undefined && minDuration > maxDuration) {
      problem(['maxDuration'], 'expected at least minDuration');
    }
  });
export type Stage = z.output<typeof stage>;

/** The strategy of a stage, and its settings. */
export function partsOf(given: Stage): { name: StageName; settings: { readonly assignment: Assignment } } {
  for (const name of stageNames) {
    const settings = given[name];
    if (settings !== undefined) return { name, settings };
  }
  throw new RangeError(`a stage names none of ${stageNames.join(', ')}`);
}

/** Times of a stage, in ms. */
export function timesOf(given: Stage): { min: number; max: number; onMax: 'rollback' | 'advance' | 'hold' } {
  if (given.for !== undefined) return { min: given.for, max: given.for, onMax: 'advance' };
  const { minDuration = 0, maxDuration = Infinity, onMaxDuration = 'rollback' } = given;
  return { min: minDuration, max: maxDuration, onMax: onMaxDuration };
}

/** Strategies whose evidence is of the rollout and not of its steps: two such stages could not be told apart. */
const onlyOnce: readonly StageName[] = ['silent', 'bandit'];

export const progressiveSpec = z
  .object({
    /** What the candidate is compared with, and the way back. Absent: the last good version, as of the rollout's beginning; where there is none the candidate serves at once. */
    champion: version.optional(),
    /** The version that wants to take over. To update an endpoint, name another one. */
    candidate: version,
    /** What the candidate goes through, in order; after the last it has all of the traffic. */
    stages: z.array(stage).min(1).max(20),
  })
  .strict()
  .superRefine(otherThanChampion)
  .superRefine(({ stages }, context) => {
    const names = stages.map((given) => stageNames.find((name) => given[name] !== undefined));
    for (const [i, name] of names.entries()) {
      const problem = (message: string) => context.addIssue({ code: 'custom', path: ['stages', i], message });
      if (name !== undefined && onlyOnce.includes(name) && names.indexOf(name) < i) {
        problem(`expected one ${name} stage: stages[${names.indexOf(name)}] is one already`);
      }
      if (name === 'single' && i < names.length - 1)
        problem('expected single as the last stage: it is the whole traffic');
    }
  });
export type ProgressiveSpec = z.output<typeof progressiveSpec>;

export const progressiveState = z.object({
  phase,
  endedBy,
  /** Why it ended by itself; null while it runs, and where an operator ended it. */
  reason: z.string().nullable(),
  /** Whom the candidate is compared with; null where it serves without a contest. */
  champion: z.string().nullable(),
  /** Index of the present stage. */
  stage: z.int(),
  /** When the stage began, ms since 1970. */
  since: z.number(),
  /** The stage's first step: its strategy counts from 0 there. */
  first: z.int(),
  /** The newest step. */
  step: z.int(),
  /** State of the stage's strategy. */
  inner: z.unknown(),
});
export type ProgressiveState = z.output<typeof progressiveState>;
