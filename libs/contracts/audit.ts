/** Something that is stored other than a recount gives it. */
export interface AuditDifference {
  /** The table where it stands; what it was worked out from is taken to be right. */
  readonly table: string;
  /** The columns that tell its row apart, by slashes. */
  readonly key: string;
  /** Null: the row is missing. */
  readonly stored: unknown;
  /** Null: there ought to be none. */
  readonly recounted: unknown;
}

/**
 * One line of the answer to `POST /api/v1/endpoints/{name}/audit` of feedback: how many requests have been looked at; a difference; after
 * a repair, that one is left; the end. An answer without an end broke off.
 */
export type AuditLine =
  | { readonly progress: number }
  | { readonly difference: AuditDifference }
  | { readonly left: AuditDifference }
  | { readonly end: { readonly requests: number; readonly differences: number; readonly left: number | null } }
  | { readonly error: string };
