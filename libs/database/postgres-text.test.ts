import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyLine } from './copy-in.js';
import { jsonbText, plainText } from './postgres-text.js';

describe('jsonbText', () => {
  it('replaces what Postgres cannot store and leaves the rest', () => {
    expect(jsonbText({ a: '\0', b: '\ud800x', c: '\udc00' })).toBe('{"a":"\u{fffd}","b":"\u{fffd}x","c":"\u{fffd}"}');
    expect(jsonbText('\\u0000')).toBe('"\\\\u0000"');
    expect(jsonbText('\\\0')).toBe('"\\\\\u{fffd}"');
    expect(jsonbText('\u{1f600} \t')).toBe('"\u{1f600} \\t"');
    expect(jsonbText(null)).toBeNull();
  });

  it('is the same JSON for all that is well-formed', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = jsonbText(value);
        const storable = JSON.stringify(value).replaceAll('\\u0000', '').length === JSON.stringify(value).length;
        if (text !== null && storable) expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('never leaves a NUL or half a pair, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
        const back = JSON.parse(jsonbText(String.fromCharCode(...units)) ?? '""') as string;
        expect(back).not.toContain('\0');
        expect(back.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('plainText', () => {
  it('replaces NUL', () => {
    expect(plainText('a\0b')).toBe('a\u{fffd}b');
    expect(plainText(null)).toBeNull();
  });
});

describe('copyLine', () => {
  it('escapes what the format uses itself', () => {
    expect(copyLine(['a\tb', 'c\\N', 'd\r\ne', null, 1.5, true])).toBe('a\\tb\tc\\\\N\td\\r\\ne\t\\N\t1.5\ttrue\n');
  });
});
