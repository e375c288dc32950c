import { describe, expect, it } from 'vitest';
import { TruthCount } from './truth-receipt.js';

describe('TruthCount', () => {
  it('counts what is accepted and says by place what is not', () => {
    const count = new TruthCount();
    count.accept();
    count.reject('no id');
    count.accept();
    count.reject('no truth');
    expect(count.receipt).toEqual({
      accepted: 2,
      rejected: [
        { index: 1, error: 'no id' },
        { index: 3, error: 'no truth' },
      ],
    });
  });

  it('lists a thousand and counts the rest', () => {
    const count = new TruthCount();
    for (let index = 0; index < 1_500; index++) count.reject('no');
    expect(count.receipt.rejected).toHaveLength(1_000);
    expect(count.receipt.rejectedMore).toBe(500);
  });
});
