import { describe, expect, it } from 'vitest';
import { hashToUnit, xxHash64 } from './hash.js';

describe('xxHash64', () => {
  // Known values of XXH64 with seed 0, as published with the algorithm and its ports.
  it.each([
    ['', 'ef46db3751d8e999'],
    ['a', 'd24ec4f1a98c6e5b'],
    ['abc', '44bc2cf5ad770999'],
    ['Nobody inspects the spammish repetition', 'fbcea83c8a378bf1'],
  ])('of %j is %s', (text, hash) => expect(xxHash64(text)).toBe(hash));

  it('reads text as UTF-8', () => {
    expect(xxHash64('é')).not.toBe(xxHash64('e'));
    expect(xxHash64('é'.normalize('NFC'))).not.toBe(xxHash64('é'.normalize('NFD')));
  });
});

describe('hashToUnit', () => {
  it.each(['', 'a', 'abc', 'salt\0key', '日本語'])('is the top 53 bits of the hash of %j over 2^53', (text) => {
    expect(hashToUnit(text)).toBe(Number(BigInt(`0x${xxHash64(text)}`) >> 11n) / 2 ** 53);
  });

  // Computed with an implementation of the algorithm's description in another language.
  it.each([
    ['digits:1\0customer-7', 0.5082563503017502],
    ['digits:1\0shadow\0v2\0request-1', 0.8593739019134586],
    ['salt\0日本語', 0.9383028580897743],
  ])('of %j is %d', (text, value) => expect(hashToUnit(text)).toBe(value));
});
