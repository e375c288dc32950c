import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '#testing';
import type { Context, Figure, Result } from '../benchmark.js';
import type { HttpClientSettings } from '../programs/http-client.js';
import { memory } from './processes.js';
import { runLoads, startLoadProgram, type LoadsRun } from './run-loads.js';
import { digitRows, digitsEndpoint, pidsOf, profilersOf, withUnderstudy } from './understudy.js';

const endpoint = 'bench';

/** Understudy over HTTP with everything on: six services, each a process, and every prediction in Postgres at the end. */
export function serveUnderLoad(context: Context, strategy: object): Promise<Result> {
  return withUnderstudy(context, undefined, async (stack) => {
    await stack.control.apply(digitsEndpoint(endpoint, strategy));
    const settings: HttpClientSettings = {
      port: Number(new URL(stack.ingressUrl).port),
      path: `/v2/models/${endpoint}/infer`,
      rows: digitRows,
      idPrefix: `${context.prefix}-`,
    };
    const client = await startLoadProgram('http-client', settings);
    const profilers = await profilersOf(context, stack);
    let run: LoadsRun;
    try {
      run = await runLoads(context, client, pidsOf(stack), profilers);
    } finally {
      Object.values(profilers).forEach((profiler) => profiler.close());
      await client.stop();
    }
    const resident = residentOf(stack);
    const log = await awaitLog(stack, run);
    if (log.missing > 0) throw new Error(`${log.missing} of ${run.answered} answered requests have no primary row`);
    if (log.doubles > 0) throw new Error(`${log.doubles} requests have more than one primary row`);
    return { loads: run.loads, figures: [lag(log)], raw: { log, resident } };
  });
}

interface LogState {
  /** Requests answered without a primary row; where requests failed, at least so many. */
  readonly missing: number;
  readonly doubles: number;
  readonly primaries: number;
  readonly shadows: number;
  readonly fallbacks: number;
  /** From the last answer until the log was complete. */
  readonly seconds: number;
}

const patienceMs = 120_000;

/** Rows of shadows gather for up to 200 ms on their way, and are recorded behind the primary ones. */
const settledMs = 2_000;

/** Waits until every request that was answered stands in the log, and then until no row of a shadow has come for a while. */
async function awaitLog(stack: Stack, { answered, errors }: LoadsRun): Promise<LogState> {
  const sql = `SELECT count(*) FILTER (WHERE role = 'primary')::int AS primaries,
                      count(DISTINCT request_id) FILTER (WHERE role = 'primary')::int AS requests,
                      count(*) FILTER (WHERE role = 'shadow')::int AS shadows,
                      count(*) FILTER (WHERE role = 'fallback')::int AS fallbacks
                 FROM predictions WHERE endpoint = $1`;
  type Counts = Record<'primaries' | 'requests' | 'shadows' | 'fallbacks', number>;
  const begin = performance.now();
  for (;;) {
    const { rows } = await stack.pool.query<Counts>(sql, [endpoint]);
    const { primaries = 0, requests = 0, shadows = 0, fallbacks = 0 } = rows[0] ?? {};
    const waited = performance.now() - begin;
    // A request that failed for its caller may or may not stand in the log.
    if (requests >= answered || waited > patienceMs) {
      const missing = Math.max(0, answered - requests);
      if (errors === 0 && requests > answered) throw new Error(`${requests} requests in the log, ${answered} answered`);
      const state = { missing, doubles: primaries - requests, primaries, fallbacks, seconds: waited / 1000 };
      return {
        ...state,
        shadows: await settled(
          shadows,
          async () => (await stack.pool.query<Counts>(sql, [endpoint])).rows[0]?.shadows ?? 0,
        ),
      };
    }
    await sleep(200);
  }
}

async function settled(before: number, count: () => Promise<number>): Promise<number> {
  await sleep(settledMs);
  const now = await count();
  return now === before ? now : settled(now, count);
}

const lag = ({ seconds, primaries, shadows, fallbacks }: LogState): Figure => ({
  name: 'log complete after',
  value: seconds,
  unit: 's',
  detail: `after the last answer; ${primaries} primary, ${shadows} shadow, ${fallbacks} fallback rows, none missing, none double`,
});

/** MB resident of each service at the end of the loads. */
function residentOf(stack: Stack): Record<string, number | null> {
  const megabytes = (pid: number) => (memory(pid)?.rss ?? Number.NaN) / 1024 ** 2;
  return Object.fromEntries(stack.services().map(({ name, pid }) => [name, Math.round(megabytes(pid))]));
}
