import { expect, it } from 'vitest';
import { readHeader, readShare } from './steering.js';

it('takes shares as numbers and as per cent', () => {
  expect([readShare('0.3'), readShare('.3'), readShare('30%'), readShare('2.5 %')]).toEqual([0.3, 0.3, 0.3, 0.025]);
  for (const text of ['0', '1', '100%', '30', 'x', '', '-0.1'])
    expect(() => readShare(text)).toThrow('expected a share');
});

it('takes a header with its value, which may hold anything', () => {
  expect(readHeader('x-tier=a=b')).toEqual({ header: 'x-tier', equals: 'a=b' });
  for (const text of ['x-tier', '=gold']) expect(() => readHeader(text)).toThrow('expected name=value');
});
