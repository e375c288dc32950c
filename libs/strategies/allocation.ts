import type { AllocationEntry } from '#contracts';

/** All traffic to one version. */
export const soleAllocation = (version: string): AllocationEntry[] => [{ version, weight: 1 }];

/** The newest version first, so that its interval starts at 0 and a share that grows keeps those it had. */
export const split = (newest: string, weight: number, other: string): AllocationEntry[] => [
  { version: newest, weight },
  { version: other, weight: tidy(1 - weight) },
];

/**
 * An allocation of these weights, without those that are 0 and rounded to four digits so that an operator can read it. The largest takes what
 * rounding leaves, so that they sum to 1; the propensities logged are those of the rounded weights.
 */
export function allocationOf(weights: readonly AllocationEntry[]): AllocationEntry[] {
  const rounded = weights
    .map(({ version, weight }) => ({ version, weight: Math.round(weight * 1e4) / 1e4 }))
    .filter(({ weight }) => weight > 0);
  const largest = rounded.reduce((a, b) => (b.weight > a.weight ? b : a));
  const others = rounded.reduce((sum, entry) => (entry === largest ? sum : sum + entry.weight), 0);
  return rounded.map((entry) => (entry === largest ? { ...entry, weight: tidy(1 - others) } : entry));
}

/** Without the last digits that a subtraction leaves: .93, not .9299999999999999. */
export const tidy = (weight: number): number => Math.round(weight * 1e12) / 1e12;
