/** As much of OpenAPI 3.1 as is looked at. */
export interface ApiDescription {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly components?: { readonly schemas: Readonly<Record<string, object>> };
}

export function breakingChanges(before: ApiDescription, after: ApiDescription): string[];
