import { describe, expect, it } from 'vitest';
import { isRefused, sqlStateOf } from './problems.js';

const withCode = (code: string) => Object.assign(new Error('no'), { code });

describe('isRefused', () => {
  it.each(['22003', '22P05', '23505', '54000'])('is true for %s, which speaks of the data', (code) => {
    expect(isRefused(withCode(code))).toBe(true);
  });
  it.each(['57P01', '53100', '40P01', '42P01', '08006', 'ECONNREFUSED', 'EPIPE'])(
    'is false for %s, which passes',
    (code) => {
      expect(isRefused(withCode(code))).toBe(false);
    },
  );
  it('is false for what has no code', () => {
    expect(isRefused(new Error('Connection terminated unexpectedly'))).toBe(false);
  });
});

describe('sqlStateOf', () => {
  it('tells Postgres from the operating system', () => {
    expect(sqlStateOf(withCode('22003'))).toBe('22003');
    expect(sqlStateOf(withCode('EPIPE'))).toBeUndefined();
    expect(sqlStateOf(withCode('ECONNRESET'))).toBeUndefined();
  });
});
