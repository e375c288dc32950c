import { parseAllDocuments } from 'yaml';
import type { Problem } from './problem.js';

/** The documents of a YAML or JSON text, separated by `---`; empty ones are left out. Errors name line and column. */
export function readDocuments(
  text: string,
): { ok: true; values: unknown[] } | { ok: false; problems: readonly Problem[] } {
  const read = parseAllDocuments(text, { prettyErrors: true, strict: true, uniqueKeys: true });
  const documents = Array.isArray(read) ? read : [];
  const problems = documents.flatMap(({ errors }) =>
    errors.map((error) => ({ path: '', message: `not valid YAML: ${error.message.split('\n')[0] ?? ''}` })),
  );
  if (problems.length > 0) return { ok: false, problems };
  try {
    const values = documents.map((document) => document.toJS({ maxAliasCount: 100 }) as unknown);
    return { ok: true, values: values.filter((value) => value !== null && value !== undefined) };
  } catch (error) {
    return { ok: false, problems: [{ path: '', message: `not valid YAML: ${String(error)}` }] };
  }
}
