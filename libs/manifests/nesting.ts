import type { Problem } from './problem.js';

/** No manifest is meant to be deeper; what is, by thousands, is more than recursion, or a jsonb column, can take. */
const deepest = 100;

export const tooDeep: Problem = { path: '', message: `expected at most ${deepest} levels of nesting` };

/** Whether a value is nested too deeply, or contains itself, as YAML can say it. It is walked level by level, each object of a level once. */
export function isTooDeep(value: unknown): boolean {
  let level = new Set([value].filter(isObject));
  for (let depth = 0; level.size > 0; depth++) {
    if (depth > deepest) return true;
    level = new Set([...level].flatMap((one) => (Object.values(one) as unknown[]).filter(isObject)));
  }
  return false;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
