import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Prediction } from '#contracts';
import { withoutRepeats } from './without-repeats.js';

const day = 86_400_000;
const row = (id: string, requestedAt: number, slot = 'primary') => ({
  prediction: { endpoint: 'digits', id, slot, requestedAt } as Prediction,
});

describe('withoutRepeats', () => {
  it('keeps the first of a request, and other slots of it', () => {
    const [first, again, shadow] = [row('a', 10), row('a', 20), row('a', 10, 'shadow:v2')];
    expect(withoutRepeats([first, again, shadow], new Set())).toEqual([first, shadow]);
  });

  it('keeps an id that comes back after more than a day', () => {
    const rows = [row('a', day / 2), row('a', 2 * day)];
    expect(withoutRepeats(rows, new Set())).toEqual(rows);
  });

  it('leaves out what stands in the log', () => {
    expect(withoutRepeats([row('a', 1), row('b', 1)], new Set([0]))).toEqual([row('b', 1)]);
  });

  it('never keeps two of a request within neighbouring days, and never leaves out the first', () => {
    const rows = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 6 * day })), { maxLength: 30 });
    fc.assert(
      fc.property(rows, (drawn) => {
        const all = drawn.map(([id, at]) => row(id, at));
        const kept = withoutRepeats(all, new Set());
        for (const id of ['a', 'b']) {
          const days = kept
            .filter((one) => one.prediction.id === id)
            .map((one) => Math.floor(one.prediction.requestedAt / day));
          for (const [index, one] of days.entries()) {
            for (const other of days.slice(index + 1)) expect(Math.abs(one - other)).toBeGreaterThan(1);
          }
          const first = all.find((one) => one.prediction.id === id);
          if (first !== undefined) expect(kept).toContain(first);
        }
      }),
    );
  });
});
