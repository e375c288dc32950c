import { z } from 'zod';
import type { ArmEvidence, PairEvidence } from './evidence.js';
import { endpointName, identifier, versionName } from './names.js';
import type { Verdict } from './verdict.js';

/** What a version answered to a request of the past (topic `understudy.backtest-predictions`, table `backtest_predictions`). */
export const backtestPrediction = z.object({
  /** The backtest that it belongs to. */
  backtest: z.int().min(1),
  endpoint: endpointName,
  version: versionName,
  id: identifier,
  /** When the request came in, then; ms since 1970. */
  requestedAt: z.number(),
  /** ms since 1970. */
  predictedAt: z.number(),
  /** The answer's body; null where the status is not `ok`. */
  response: z.unknown(),
  status: z.enum(['ok', 'error']),
  error: z.string().nullable(),
  /** Milliseconds in the model, of the whole micro-batch it ran in. */
  modelMs: z.number().nullable(),
});
export type BacktestPrediction = z.infer<typeof backtestPrediction>;

/** How a backtest stands: at work, or ended one way or the other. `cancelled` and `failed` ones can be resumed. */
export const backtestStatuses = ['running', 'done', 'cancelled', 'failed'] as const;
export type BacktestStatus = (typeof backtestStatuses)[number];

/** The body of `POST /api/v1/endpoints/{name}/backtests`. */
export const backtestRequest = z
  .object({
    /** The version to try; it has to be listed in the manifest. */
    version: versionName,
    /** Whose logged answers it is compared with; default: the version with most of the traffic. */
    champion: versionName.optional(),
    /** Requests from then on, and before then; default: the present rollout's, until now. */
    from: z.iso.datetime({ offset: true }).optional(),
    to: z.iso.datetime({ offset: true }).optional(),
    /** As in the strategy `silent`; default: the endpoint's own where that is its strategy, else that strategy's. */
    margin: z.number().gt(0).optional(),
    minSamples: z.int().min(1).optional(),
    alpha: z.number().gt(0).lt(0.5).optional(),
  })
  .strict();
export type BacktestRequest = z.infer<typeof backtestRequest>;

/** `GET /api/v1/endpoints/{name}/backtests/{id}`. */
export interface BacktestView {
  id: number;
  endpoint: string;
  version: string;
  champion: string;
  /** Requests of this time: from, and before. ISO 8601. */
  from: string;
  to: string;
  status: BacktestStatus;
  /** Why it has failed, or what it waits for; null where it goes on. */
  reason: string | null;
  startedAt: string;
  endedAt: string | null;
  /** Requests that the champion answered in that time; null until they are counted. */
  requests: number | null;
  /** Requests of that time that another version answered: not compared. */
  otherVersions: number | null;
  /** Requests that are through: answered and compared, or skipped. */
  through: number;
  /** Of these: not sent, since the log does not hold their body. */
  skipped: number;
  /** Of these: sent, and never answered. */
  lost: number;
  /** The champion on the requests compared, by its logged answers. */
  championEvidence: ArmEvidence;
  pair: PairEvidence;
  /** What the strategy `silent` says of the pairs so far. */
  verdict: Verdict | null;
}
