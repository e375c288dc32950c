import type pg from 'pg';
import type { StepFactsCache } from '#database';
import type { Outcome } from '#scoring';
import type { LoggedRow } from '../joining/read-requests.js';
import type { AuditDifference as Difference } from '#contracts';

/** What a recount works with: everything read through `client` is as of one moment. */
export interface AuditContext {
  readonly client: pg.ClientBase;
  readonly endpoint: string;
  readonly facts: StepFactsCache;
  /** Differences are to be mended afterwards. */
  readonly repair: boolean;
}

/** The rows of one request at one time. */
export interface AuditedRequest {
  readonly rows: readonly LoggedRow[];
  /** The outcomes that they ought to have. */
  readonly expected: readonly (Outcome | null)[];
  /** The outcomes that the statistics ought to hold: of a request that is still to be joined, or mended, those that are stored. */
  readonly inStatistics: readonly (Outcome | null)[];
  /** Which output of a version holds its answer. */
  readonly outputOf: (version: string) => string | undefined;
  /** It waits in the queue to be joined: what is stored of it may be behind. */
  readonly isPending: boolean;
}

/** One recount at work. All methods but `request` are optional. */
export interface RecountPass {
  /** Called for every request of the log. */
  request?(request: AuditedRequest): readonly Difference[];
  /** Called now and then, so that what has gathered can be put away: memory stays bounded over any log. */
  relieve?(): Promise<void>;
  /** Called after the last request. */
  end?(): AsyncIterable<Difference>;
  /** Mends what was found, in a transaction of the same session after the snapshot, which has locked the endpoint’s statistics. */
  repair?(client: pg.ClientBase): Promise<void>;
}

/** Works one thing out again from the log and the truth. A new one is one file and one line in recounts.ts. */
export interface Recount {
  /** What is compared, for the list of recounts. */
  readonly name: string;
  /** Before the snapshot: temporary tables, which a snapshot may write to but not make. */
  readonly prepare?: string;
  begin(context: AuditContext): RecountPass;
}
