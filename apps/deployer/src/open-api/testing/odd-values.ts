import fc from 'fast-check';

/** Texts that have been the end of other services: they are stored, looked for, compared, put into headers. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('\0', 'a\0b', '\ud800', '\u{1f4a5}', 'ﷺ', '\u202e', ' ', '%', "'; --", '<b>') },
  { weight: 2, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', 'null', 'true', '[object Object]') },
  { weight: 2, arbitrary: fc.constantFrom('-1', '0', '0.5', '1e309', '9'.repeat(30), '0x10', 'NaN', '2147483648') },
  { weight: 1, arbitrary: fc.constantFrom('a'.repeat(63), 'a'.repeat(101), 'ä'.repeat(300)) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }) },
); // prettier-ignore

/** Stand for what JSON.stringify cannot write: nesting deeper than recursion goes, and a number beyond all. */
const marks = { deep: '~deep~', huge: '~huge~' };
const nested = '['.repeat(20_000) + ']'.repeat(20_000);

/** JSON of a value with what stands for more than a value can be. */
export const oddJson = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll(JSON.stringify(marks.deep), nested)
    .replaceAll(JSON.stringify(marks.huge), `1${'0'.repeat(400)}`);

/** Values that are none of those expected, mostly. */
export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  oddText,
  fc.constantFrom(null, true, false, 0, -1, 0.5, -0, 1e308, 2_147_483_648, Number.MAX_SAFE_INTEGER, marks.huge),
  fc.constantFrom([], {}, [[]], [null], { a: {} }, marks.deep, { deep: marks.deep }),
  fc.constantFrom('0s', '0.001ms', '99999999999999999999w', '1969-12-31T23:59:59Z', '9999-12-31T23:59:59-14:00'),
  fc.json({ maxDepth: 3 }).map((text) => JSON.parse(text) as unknown),
); // prettier-ignore

/** The places in a value: of itself, of its fields, of theirs. */
function placesIn(value: unknown, place: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [place];
  return [place, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...place, key]))];
}

/** The value with another one at a place; undefined there: without it. */
function put(value: unknown, [key, ...rest]: readonly string[], odd: unknown): unknown {
  if (key === undefined) return odd;
  const inner = put((value as Record<string, unknown>)[key], rest, odd);
  if (Array.isArray(value)) return value.map((one: unknown, i) => (String(i) === key ? inner : one));
  return { ...(value as object), [key]: inner };
}

/** A good value as it is, or with something odd somewhere, or with something left out. */
export const nearly = (good: unknown): fc.Arbitrary<unknown> => {
  const place = fc.constantFrom(...placesIn(good));
  const change = fc.oneof({ weight: 4, arbitrary: oddValue }, { weight: 1, arbitrary: fc.constant(undefined) });
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(good) },
    { weight: 4, arbitrary: fc.tuple(place, change).map(([where, odd]) => put(good, where, odd)) },
    { weight: 1, arbitrary: fc.tuple(place, oddText, oddValue).map(([where, key, odd]) => put(good, [...where, key], odd)) },
  ); // prettier-ignore
};
