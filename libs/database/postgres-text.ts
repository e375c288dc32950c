// What JSON.stringify writes for NUL and for a half of a surrogate pair; the look-behind tells it from an escaped backslash.
const unstorable = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/**
 * JSON for a jsonb column; null stays null. Postgres cannot store NUL characters and halves of surrogate pairs: they become
 * U+FFFD, as in any UTF-8 encoder, instead of failing the statement.
 */
export function jsonbText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = JSON.stringify(value);
  return text.includes('\\u') ? text.replaceAll(unstorable, '$1\u{fffd}') : text;
}

/** Text for a text column, which cannot hold NUL characters; null stays null. */
export function plainText(value: string | null): string | null {
  return value?.includes('\0') ? value.replaceAll('\0', '\u{fffd}') : value;
}
