import { z } from 'zod';
import { armEvidence, pairEvidence } from './evidence.js';
import { isoMoment } from './moment.js';
import { endpointName, identifier, versionName } from './names.js';
import { verdict } from './verdict.js';

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
    from: isoMoment.optional(),
    to: isoMoment.optional(),
    /** As in the strategy `silent`; default: the endpoint's own where that is its strategy, else that strategy's. */
    margin: z.number().gt(0).optional(),
    minSamples: z.int().min(1).optional(),
    alpha: z.number().gt(0).lt(0.5).optional(),
  })
  .strict();
export type BacktestRequest = z.infer<typeof backtestRequest>;

/** `GET /api/v1/endpoints/{name}/backtests/{id}`. */
export const backtestView = z.object({
  id: z.int(),
  endpoint: z.string(),
  version: z.string(),
  champion: z.string(),
  /** Requests of this time: from, and before. ISO 8601. */
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  status: z.enum(backtestStatuses),
  /** Why it has failed, or what it waits for; null where it goes on. */
  reason: z.string().nullable(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  /** Requests that the champion answered in that time; null until they are counted. */
  requests: z.int().nullable(),
  /** Requests of that time that another version answered: not compared. */
  otherVersions: z.int().nullable(),
  /** Requests that are through: answered and compared, or skipped. */
  through: z.int(),
  /** Of these: not sent, since the log does not hold their body. */
  skipped: z.int(),
  /** Of these: sent, and never answered. */
  lost: z.int(),
  /** The champion on the requests compared, by its logged answers. */
  championEvidence: armEvidence,
  pair: pairEvidence,
  /** What the strategy `silent` says of the pairs so far. */
  verdict: verdict.nullable(),
});
export type BacktestView = z.infer<typeof backtestView>;
