import { describe, expect, it } from 'vitest';
import { retryAfter } from './retry-after.js';

const hour = 3_600_000;

describe('retryAfter', () => {
  it('waits ever longer, and looks a last time when the window has passed', () => {
    const waits = Array.from({ length: 8 }, (_, attempts) => retryAfter(attempts, 0, 1000 * hour));
    expect(waits.slice(0, 3)).toEqual([1, 5, 30]);
    expect(waits.at(-1)).toBe(1000 * 3_600 + 1);
    expect(retryAfter(2, hour - 4_000, hour)).toBe(5);
  });

  it('gives up when the window has passed, but not before a second look', () => {
    expect(retryAfter(2, 2 * hour, hour)).toBeNull();
    expect(retryAfter(9, 2 * hour, hour)).toBeNull();
    expect(retryAfter(1, 2 * hour, hour)).toBe(5);
  });
});
