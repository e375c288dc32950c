import { ScoringError, shown } from './scoring-error.js';

/** What `truth.output` says: a name or a JSON pointer, and whether the index of the greatest of what is there is meant. */
export interface DeclaredOutput {
  readonly name?: string;
  readonly pointer?: string;
  readonly argmax: boolean;
}

/** `label`, `/outputs/0/data`, `argmax(scores)` or `argmax(/outputs/0/data)`. */
export function declaredOutput(text: string): DeclaredOutput {
  const inner = /^argmax\((.+)\)$/s.exec(text)?.[1];
  const where = (inner ?? text).trim();
  return { ...(where.startsWith('/') ? { pointer: where } : { name: where }), argmax: inner !== undefined };
}

/**
 * What a JSON pointer (RFC 6901) finds in a reply, by row: the elements of an array that it leads to, else the one value. A segment `*` stands
 * for every element of an array, so that predictions, then `*`, then class is the class of every row.
 *
 * @throws ScoringError where it leads nowhere
 */
export function pointedRows(response: unknown, pointer: string): unknown[] {
  const segments = pointer.slice(1).split('/').map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~')); // prettier-ignore
  const found = segments.reduce<unknown[]>(
    (values, segment) => values.flatMap((value) => step(value, segment)),
    [response],
  );
  const [only] = found;
  if (found.length === 0) {
    throw new ScoringError(`the answer has nothing at "${pointer}": ${shown(response)}`, 'answer');
  }
  return !segments.includes('*') && Array.isArray(only) ? (only as unknown[]) : found;
}

/** The values a segment leads to from one: none, one, or with `*` all elements. */
function step(value: unknown, segment: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    if (segment === '*') return value as unknown[];
    return /^(0|[1-9]\d*)$/.test(segment) && Number(segment) < value.length ? [value[Number(segment)]] : [];
  }
  return Object.hasOwn(value, segment) ? [(value as Record<string, unknown>)[segment]] : [];
}

/** The index of the greatest of several numbers, the first of equal ones. @throws ScoringError where they are none */
export function argmaxOf(row: unknown): number {
  const numbers: unknown[] = Array.isArray(row) ? row.flat(Infinity) : [];
  if (numbers.length === 0 || !numbers.every((value) => typeof value === 'number')) {
    throw new ScoringError(`the answer is ${shown(row)}; expected several numbers, of which to take the greatest`, 'answer'); // prettier-ignore
  }
  return numbers.reduce((best, value, index, all) => (value > (all[best] ?? -Infinity) ? index : best), 0);
}
