import { describe, expect, it } from 'vitest';
import type { IncomingRecord } from '#kafka';
import { readTruth } from './read-truth.js';

const record = (value: unknown): IncomingRecord => ({
  key: null,
  value: Buffer.from(JSON.stringify(value)),
  headers: {},
  offset: '0',
  timestamp: 5_000,
  topic: 't.ground-truth',
  partition: 0,
});
const read = (value: unknown) => readTruth(record(value));

describe('readTruth', () => {
  it('takes the time of the record where the truth names none', () => {
    expect(read({ endpoint: 'digits', id: 'a', truth: 3 })).toMatchObject({
      ok: true,
      row: { truth: 3, reward: null, at: 5_000 },
    });
    expect(read({ endpoint: 'digits', id: 'a', reward: 0 })).toMatchObject({ ok: true, row: { reward: 0 } });
  });

  it('reads times as ISO 8601 or ms', () => {
    expect(read({ endpoint: 'digits', id: 'a', truth: 3, at: '1970-01-01T01:00:00+01:00' })).toMatchObject({
      row: { at: 0 },
    });
    expect(read({ endpoint: 'digits', id: 'a', truth: 3, at: 12 })).toMatchObject({ row: { at: 12 } });
  });

  it.each([
    [{ endpoint: 'digits', id: 'a' }, /exactly one/],
    [{ endpoint: 'digits', id: 'a', truth: 3, reward: 1 }, /exactly one/],
    [{ endpoint: 'Digits!', id: 'a', truth: 3 }, /endpoint/],
    [{ endpoint: 'digits', id: 'a', truth: 3, at: -1 }, /^at: expected a moment between 1970 and 9999/],
    [{ endpoint: 'digits', id: 'a', truth: 3, at: 1e20 }, /^at: /],
    ['truth', /expected object/],
  ])('says what is wrong with %j', (value, reason) => {
    expect(read(value)).toEqual({ ok: false, reason: expect.stringMatching(reason) as string });
  });
});
