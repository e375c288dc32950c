import { describe, expect, it } from 'vitest';
import { sumOfParts } from './sum-of-parts.js';

describe('the sum of parts', () => {
  it('adds numbers, and lists element by element', () => {
    expect(
      sumOfParts([
        { reward: 1, truth: null },
        { reward: 9.5, truth: null },
      ]),
    ).toEqual({ reward: 10.5 });
    expect(sumOfParts([{ truth: true }, { truth: 2 }])).toEqual({ truth: 3 });
    expect(sumOfParts([{ truth: [1, 0] }, { truth: [0, 5] }])).toEqual({ truth: [1, 5] });
    expect(
      sumOfParts([
        { reward: 1, truth: null },
        { truth: 2, reward: null },
      ]),
    ).toEqual({ truth: 3 });
  });

  it('leaves a single part as it is', () => {
    expect(sumOfParts([{ truth: 'cat', reward: null }])).toEqual({ truth: 'cat' });
  });

  it('says what cannot be added', () => {
    expect(() => sumOfParts([{ truth: 'cat' }, { truth: 1 }])).toThrow(/"cat" and 1 of the truth cannot be added/);
    expect(() => sumOfParts([{ truth: [1] }, { truth: [1, 2] }])).toThrow(/cannot be added/);
  });
});
