import { setTimeout as sleep } from 'node:timers/promises';
import type { VersionRecord } from '#contracts';
import { answerAll, isInvalidInput, type LoadedModel, sampleRequest } from '#runtimes';

/** The first run of a large model may take long; one that has not answered by then will not. */
const usualLimitMs = 60_000;

/**
 * Lets a model answer once before it gets any work: what it puts off to its first request is done, and one that cannot answer is found out. The
 * request is the manifest's `warmup`, else made up from the model's signature; a model may refuse the latter as invalid.
 *
 * @throws Error that says how it failed
 */
export async function warmUp(
  model: LoadedModel,
  record: Pick<VersionRecord, 'endpoint' | 'version' | 'output' | 'warmup'>,
  limitMs = usualLimitMs,
): Promise<void> {
  if (record.warmup === false) return;
  const body = record.warmup ?? sampleRequest(model);
  if (body === undefined) return;
  const ended = new AbortController();
  try {
    const answers = answerAll(model, record, [{ id: 'warm-up', body }], () => performance.now());
    const answer = (await Promise.race([answers, sleep(limitMs, undefined, { signal: ended.signal })]))?.[0];
    if (answer?.ok === true) return;
    const why = answer === undefined ? `no answer within ${limitMs / 1000} s` : answer.error.message;
    if (record.warmup !== undefined) throw new Error(`it cannot answer the manifest's warmup: ${why}`);
    if (answer !== undefined && isInvalidInput(answer.error)) return;
    throw new Error(
      `it cannot answer a request of zeros: ${why}; a better request, or false, may stand in its "warmup"`,
    );
  } finally {
    ended.abort();
  }
}
