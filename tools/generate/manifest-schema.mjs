import { manifestJsonSchema } from '../../dist/libs/manifests/index.js';

/** JSON Schema of the manifest, for editors’ completion. */
export function manifestSchema() {
  return JSON.stringify(manifestJsonSchema());
}
