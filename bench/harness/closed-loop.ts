import { performance } from 'node:perf_hooks';
import { summarise, type Latencies } from './latencies.js';

/** What a closed loop measured: `concurrent` callers, each of which asks again as soon as it has its answer. */
export interface LoopFigures {
  readonly concurrent: number;
  readonly seconds: number;
  /** Answered well within `seconds`. */
  readonly requests: number;
  readonly perSecond: number;
  /** Answered well, those after `seconds` too. */
  readonly answered: number;
  /** Refused, failed or wrongly answered. */
  readonly errors: number;
  /** The first error's message, null where there was none. */
  readonly firstError: string | null;
  /** Milliseconds from question to answer. */
  readonly latencies: Latencies;
}

/**
 * Drives `request` from `concurrent` callers for `ms` milliseconds and waits for the last answers. Answers that come
 * later than that count neither as requests nor in the latencies.
 *
 * @param request asks once; it gets the caller's number, below `concurrent`, and rejects where the answer is not good
 */
export async function closedLoop(
  { concurrent, ms }: { concurrent: number; ms: number },
  request: (caller: number) => Promise<unknown>,
): Promise<LoopFigures> {
  const latencies: number[] = [];
  let answers = 0;
  let errors = 0;
  let firstError: string | null = null;
  const begin = performance.now();
  const end = begin + ms;

  const call = async (caller: number): Promise<void> => {
    for (let asked = performance.now(); asked < end;) {
      try {
        await request(caller);
      } catch (error) {
        errors += 1;
        firstError ??= error instanceof Error ? error.message : String(error);
        asked = performance.now();
        continue;
      }
      answers += 1;
      const answered = performance.now();
      if (answered <= end) latencies.push(answered - asked);
      asked = answered;
    }
  };
  await Promise.all(Array.from({ length: concurrent }, (_, caller) => call(caller)));

  const requests = latencies.length;
  const seconds = ms / 1000;
  return {
    concurrent,
    seconds,
    requests,
    perSecond: requests / seconds,
    answered: answers,
    errors,
    firstError,
    latencies: summarise(latencies),
  };
}
