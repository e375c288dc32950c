import { ScoringError, shown } from './scoring-error.js';

/** A truth as it was sent: one of the two. */
export interface TruthPart {
  readonly truth?: unknown;
  readonly reward?: number | null;
}

/**
 * One truth of several parts (`truth.combine: sum`): numbers are added, lists of numbers element by element. Rewards give a reward.
 *
 * @throws ScoringError where a part is neither
 */
export function sumOfParts(parts: readonly TruthPart[]): TruthPart {
  const values = parts.map(({ truth, reward }) => reward ?? truth);
  const [first] = values;
  const sum = values.slice(1).reduce(add, first);
  return parts.every(({ reward }) => reward !== null && reward !== undefined)
    ? { reward: sum as number }
    : { truth: sum };
}

function add(a: unknown, b: unknown): unknown {
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length)
    return a.map((value, index) => add(value, b[index]));
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== undefined && y !== undefined) return x + y;
  throw new ScoringError(`parts ${shown(a)} and ${shown(b)} of the truth cannot be added; expected numbers, since truth.combine is sum`, 'truth'); // prettier-ignore
}

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : undefined;
