import { z } from 'zod';

const unitsInMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const pattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/;

/** Milliseconds of a duration such as `500ms`, `30s`, `10m`, `1.5h`, `7d`, `2w`; undefined where the text is none. */
export function parseDuration(text: string): number | undefined {
  const match = pattern.exec(text);
  const unit = match?.[2] === undefined ? undefined : unitsInMs[match[2]];
  return unit === undefined ? undefined : Number(match?.[1]) * unit;
}

/** About a hundred years: more is a slip, and beyond what a clock, or Postgres, can be asked for. */
const longestMs = parseDuration('36500d') ?? Infinity;

/** A duration in a manifest or a query: text in, milliseconds out. */
export const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined && ms <= longestMs) return ms;
  const expected =
    ms === undefined ? 'a duration such as "30s", "10m" or "1d"' : 'a duration of at most "36500d", a hundred years';
  context.addIssue({ code: 'custom', message: `expected ${expected}, got "${text}"` });
  return z.NEVER;
});

/** The text of a duration, in the largest unit that it is a whole number of: `7d`, `90m`. @param ms a whole number, at least 0 */
export function formatDuration(ms: number): string {
  const units = Object.entries(unitsInMs).filter(([unit]) => unit !== 'w');
  const [unit, size] = units.findLast(([, inMs]) => ms >= inMs && ms % inMs === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}
