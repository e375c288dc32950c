import { headers, identifier } from '#contracts';
import { type IncomingRecord, messageOf, number, text } from '#kafka';

/** A logged request, as the deployer sends it for a backtest. */
export interface PastRequest {
  readonly backtest: number;
  readonly id: string;
  /** When it came in, then; ms since 1970. */
  readonly requestedAt: number;
  readonly body: unknown;
  /** Nobody waits. */
  readonly deadline: undefined;
}

export type PastReading =
  { readonly ok: true; readonly request: PastRequest } | { readonly ok: false; readonly reason: string };

/** Reads a record of `backtest.<endpoint>.<version>`. */
export function readPastRequest({ headers: given, value }: IncomingRecord): PastReading {
  const id = text(given, headers.id);
  if (id === undefined || !identifier.safeParse(id).success) return unreadable(`header ${headers.id}: expected an id`);
  const backtest = number(given, headers.backtest);
  const requestedAt = number(given, headers.requestedAt);
  if (backtest === undefined || requestedAt === undefined)
    return unreadable(
      `headers ${headers.backtest} and ${headers.requestedAt}: expected numbers, as the deployer sends`,
    );
  if (value === null) return unreadable('the record has no value');
  try {
    const body: unknown = JSON.parse(value.toString('utf8'));
    return { ok: true, request: { backtest, id, requestedAt, body, deadline: undefined } };
  } catch (error) {
    return unreadable(`not JSON: ${messageOf(error)}`);
  }
}

const unreadable = (reason: string): PastReading => ({ ok: false, reason });
