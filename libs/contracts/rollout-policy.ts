import { z } from 'zod';
import { duration } from './duration.js';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'expected a time of day such as "09:00", from "00:00" to "24:00"');

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** A time of the week when a rollout may advance. */
export const advanceWindow = z
  .object({
    /** On which days it begins. */
    days: z
      .array(z.enum(weekdays))
      .min(1)
      .default([...weekdays]),
    from: timeOfDay.default('00:00'),
    /** Not later than `from`: on the next day. */
    to: timeOfDay.default('24:00'),
    timeZone: z.string().refine(isTimeZone, 'expected a time zone such as "Europe/Berlin"').default('UTC'),
  })
  .strict();
export type AdvanceWindow = z.output<typeof advanceWindow>;

const aboveZero = duration.refine((ms) => ms > 0, { message: 'expected a duration above 0' });

/** What stands between a strategy's wish and its plan, whatever the strategy. Times in ms. None of it ever holds a way back. */
export const rolloutPolicy = z
  .object({
    /** Which moves wait for `approve`: none, the one that gives a version all of the traffic, or each step. */
    approval: z.enum(['none', 'promotion', 'each-step']).default('none'),
    /** When a rollout may advance; absent: always. */
    windows: z.array(advanceWindow).min(1).optional(),
    /** Longest time that a rollout may take. */
    maxDuration: aboveZero.optional(),
    /** What comes of one that takes longer. */
    onMaxDuration: z.enum(['rollback', 'hold']).default('rollback'),
    /** How long a version that failed as a candidate is not tried again. */
    cooldown: aboveZero.optional(),
  })
  .strict();
export type RolloutPolicy = z.output<typeof rolloutPolicy>;
