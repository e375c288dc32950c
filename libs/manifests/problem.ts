/** One thing wrong with a manifest: where, and what was expected. */
export interface Problem {
  /** Path in the manifest, `spec.versions[1].name`; empty where it is the text as a whole. */
  readonly path: string;
  readonly message: string;
}

/** `['spec', 'versions', 1, 'name']` → `spec.versions[1].name`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}
