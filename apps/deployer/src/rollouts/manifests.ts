import { parseManifest, type Manifest } from '#manifests';
import type { Standing } from '../store/standing.js';

/** Manifests of endpoints as the database has them, parsed once a revision. */
export class Manifests {
  private readonly parsed = new Map<string, { revision: number; manifest: Manifest }>();

  /** Throws where the stored manifest does not pass today's checks, as after an upgrade that dropped a field. */
  of({ name, revision, manifest: stored }: Pick<Standing, 'name' | 'revision' | 'manifest'>): Manifest {
    const known = this.parsed.get(name);
    if (known?.revision === revision) return known.manifest;
    const result = parseManifest(stored);
    if (!result.ok) {
      const problems = result.problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
      throw new Error(`the stored manifest of "${name}" (revision ${revision}) cannot be read any more: ${problems}`);
    }
    this.parsed.set(name, { revision, manifest: result.manifest });
    return result.manifest;
  }
}
