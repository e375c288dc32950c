/** What one copy of a request came to. */
export type Outcome =
  | { readonly status: 'ok'; readonly text: string; readonly modelMs: number }
  | {
      readonly status: 'error';
      readonly error: string;
      /** HTTP status that fits. */
      readonly code: 422 | 500 | 503;
      readonly modelMs: number | null;
    }
  | { readonly status: 'expired' };
