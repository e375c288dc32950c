/** The five characters of SQLSTATE where Postgres itself answered with an error, else undefined. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code) ? code : undefined;
}

/**
 * Classes of SQLSTATE that speak of the data sent, so that the same statement fails again however often it is tried:
 * 22 data exception, 23 integrity constraint, 54 program limit (too deep, too long for an index).
 */
const refusals = ['22', '23', '54'];

/**
 * Whether Postgres refused what was sent. Everything else (a connection that broke, a server that starts or stops, a full
 * disk, a deadlock, a schema that is not there yet) passes, and is worth another try.
 */
export function isRefused(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== undefined && refusals.includes(state.slice(0, 2));
}
