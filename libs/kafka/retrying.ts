import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#platform';
import type { BatchHandler } from './on-batch.js';
import type { RecordBatch } from './records.js';

const firstWaitMs = 100;
const longestWaitMs = 5_000;

/** What an attempt that failed is reported to. */
export type FailureReport = (error: unknown, batch: RecordBatch, againInMs: number) => void;

/** In an outage every batch in hand fails again and again: one line a second says enough. */
export function reportFailures(logger: Logger, count: () => void): FailureReport {
  let quietUntil = 0;
  return (error, { topic, partition, records }, againInMs) => {
    count();
    if (Date.now() < quietUntil) return;
    quietUntil = Date.now() + 1_000;
    const fields = { err: error, topic, partition, offset: records[0]?.offset, records: records.length, againInMs };
    logger.warn(fields, 'batch handler failed; the batch is tried again');
  };
}

/**
 * Calls the handler until it resolves, with waits that double up to 5 s. Never rejects: a batch is neither skipped nor
 * thrown into the Kafka client.
 *
 * @param wanted asked before each further attempt: false gives up (stopping, or the partition has another owner)
 * @param aborted ends a wait at once
 * @returns whether the handler has resolved
 */
export async function handleUntilDone(
  handler: BatchHandler,
  batch: RecordBatch,
  wanted: () => boolean,
  aborted: AbortSignal,
  report: FailureReport,
): Promise<boolean> {
  for (let wait = firstWaitMs; ; wait = Math.min(2 * wait, longestWaitMs)) {
    try {
      await handler(batch);
      return true;
    } catch (error) {
      report(error, batch, wait);
    }
    if (!wanted()) return false;
    await delay(wait, undefined, { signal: aborted }).catch(() => undefined);
    if (!wanted()) return false;
  }
}
