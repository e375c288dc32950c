import { pathText, type Problem } from './problem.js';

/** Names in `spec.versions` as far as they are text; undefined where there is no list. */
export function listedVersions(input: unknown): string[] | undefined {
  const versions = (input as { spec?: { versions?: unknown } } | null)?.spec?.versions;
  if (!Array.isArray(versions)) return undefined;
  return versions.map((entry: unknown) => {
    const name = (entry as { name?: unknown } | null)?.name;
    return typeof name === 'string' ? name : '';
  });
}

/** Names that stand twice, or that Kafka cannot tell apart: in its topics' names "." and "_" are the same. */
export function versionProblems(names: readonly string[]): Problem[] {
  const asTopic = names.map((name) => name.replaceAll('.', '_'));
  return names.flatMap((name, i) => {
    const first = asTopic.indexOf(asTopic[i] ?? '');
    if (first === i || name === '') return [];
    const other = names[first] ?? '';
    const message =
      other === name
        ? `version "${name}" is listed already, as spec.versions[${first}]; expected each name once`
        : `"${name}" and "${other}" differ only in "." and "_", which Kafka's topic names cannot tell apart; expected another name`;
    return [{ path: pathText(['spec', 'versions', i, 'name']), message }];
  });
}
