import { openApi } from '../../dist/apps/deployer/src/open-api/open-api.js';

/** OpenAPI 3.1 of the control API. */
export function openApiDocument() {
  return JSON.stringify(openApi());
}
