import { parseDocument } from 'yaml';
import { isTooDeep, tooDeep } from './nesting.js';
import type { Problem } from './problem.js';

type ReadResult = { ok: true; value: unknown } | { ok: false; problems: Problem[] };

/** The value of a YAML or JSON text, or a value as it is: not nested more deeply than anything here can take. */
export function readSource(input: unknown): ReadResult {
  const read = typeof input === 'string' ? readText(input) : ({ ok: true, value: input } as const);
  return read.ok && isTooDeep(read.value) ? { ok: false, problems: [tooDeep] } : read;
}

/** The value of a YAML or JSON text (JSON is YAML); errors name line and column. */
export function readText(text: string): ReadResult {
  const document = parseDocument(text, { prettyErrors: true, strict: true, uniqueKeys: true });
  if (document.errors.length > 0) {
    return {
      ok: false,
      problems: document.errors.map((error) => ({
        path: '',
        message:
          error.code === 'MULTIPLE_DOCS'
            ? 'expected one manifest, got several documents separated by "---"'
            : `not valid YAML: ${error.message.split('\n')[0] ?? ''}`,
      })),
    };
  }
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: 100 }) as unknown };
  } catch (error) {
    return { ok: false, problems: [{ path: '', message: `not valid YAML: ${String(error)}` }] };
  }
}
