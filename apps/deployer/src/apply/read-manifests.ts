import { parseManifest, readDocuments, type Manifest, type ManifestResult, type Problem } from '#manifests';
import { HttpProblem } from '../api/http-problem.js';

const refused = 'the manifests are refused; nothing was changed';

/**
 * The manifests in a body: one, a list of them, or the documents of a YAML text. Paths of problems begin with the document's place where there are
 * several.
 *
 * @param expand puts templates in the place of references to them
 * @throws HttpProblem 400 with the problems of all of them
 */
export async function readManifests(body: unknown, expand: (value: unknown) => Promise<unknown>): Promise<Manifest[]> {
  const values = valuesOf(body);
  if (values.length === 0) throw new HttpProblem(400, 'expected at least one manifest');
  const problems: Problem[] = [];
  const manifests: Manifest[] = [];
  for (const [i, value] of values.entries()) {
    const at = values.length === 1 ? '' : `[${i}].`;
    const result = await expanded(value, expand);
    if (!result.ok) {
      problems.push(...result.problems.map(({ path, message }) => ({ path: at + path, message })));
    } else if (manifests.some(({ name }) => name === result.manifest.name)) {
      problems.push({
        path: `${at}metadata.name`,
        message: `"${result.manifest.name}" stands twice; expected it once`,
      });
    } else {
      manifests.push(result.manifest);
    }
  }
  if (problems.length > 0) throw new HttpProblem(400, refused, problems);
  return manifests;
}

async function expanded(value: unknown, expand: (value: unknown) => Promise<unknown>): Promise<ManifestResult> {
  try {
    return parseManifest(await expand(value));
  } catch (error) {
    if (error instanceof HttpProblem && error.status === 400) return { ok: false, problems: error.problems };
    throw error;
  }
}

function valuesOf(body: unknown): unknown[] {
  if (Array.isArray(body)) return body;
  if (typeof body !== 'string') return [body];
  const read = readDocuments(body);
  if (!read.ok) throw new HttpProblem(400, refused, read.problems);
  return read.values;
}
