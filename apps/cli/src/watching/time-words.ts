import type { WaitEstimate } from '#contracts';
import { spanText } from '../simulation/words.js';

/** `3 h` since a time. @param at ISO 8601 @param now ms */
export const age = (at: string, now: number): string => spanText(Math.max(0, now - Date.parse(at)));

/** `about 40 m (300 more scored units …)`, `unknown (no truth …)`. */
export function estimateText({ ms, because }: WaitEstimate): string {
  return ms === null ? `unknown: ${because}` : `about ${spanText(Math.max(1_000, ms))}: ${because}`;
}
