import type { z } from 'zod';
import { knownFields } from './known-fields.js';
import { pathText, type Problem } from './problem.js';

type Issue = z.core.$ZodIssue;

/** Zod's issues as problems an operator understands, with the fields that exist where one does not. */
export function issueProblems(
  schema: z.ZodType,
  error: z.ZodError,
  input: unknown,
  base: readonly PropertyKey[] = [],
): Problem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const known = knownFields(schema, issue.path).join(', ');
      return issue.keys.map((key) => ({
        path: pathText([...base, ...issue.path, key]),
        message: `unknown field; expected one of ${known}`,
      }));
    }
    return [{ path: pathText([...base, ...issue.path]), message: describe(issue, valueAt(input, issue.path)) }];
  });
}

function describe(issue: Issue, value: unknown): string {
  if (issue.code === 'invalid_union') return `expected ${alternatives(issue.errors)}, got ${shown(value)}`;
  const message = issue.message.replace(/^(Invalid input|Invalid option|Too small|Too big|Invalid string): /, '');
  if (value === undefined && /^expected /.test(message)) {
    return `missing; ${message.replace(/, received undefined$/, '')}`;
  }
  const text = message.replace(/, received .*$/, '');
  return /\bgot\b/.test(text) ? text : `${text}, got ${shown(value)}`;
}

/** What each alternative of a union would have taken. */
function alternatives(errors: readonly (readonly Issue[])[]): string {
  const expected = errors.flatMap((issues) =>
    issues.slice(0, 1).map((issue) => ('expected' in issue ? issue.expected : issue.message)),
  );
  return [...new Set(expected.map((text) => text.replace(/^expected /, '').replace(/, got .*$/, '')))].join(' or ');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
