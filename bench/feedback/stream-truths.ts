import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Stack } from '#testing';
import { peakResident } from '../harness/processes.js';

export interface Streamed {
  readonly perSecond: number;
  /** The most bytes that the ingress has had resident until then; null where the system does not tell. */
  readonly peakBytes: number | null;
}

/** Sends truths to the ingress as one NDJSON request, as fast as it takes them. */
export async function streamTruths(stack: Stack, endpoint: string, count: number): Promise<Streamed> {
  const started = performance.now();
  const sent = request(`${stack.ingressUrl}/v1/endpoints/${endpoint}/ground-truth`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
  });
  const [[response]] = (await Promise.all([once(sent, 'response'), pipeline(Readable.from(lines(count)), sent)])) as [
    [IncomingMessage],
    unknown,
  ];
  const { accepted } = (await json(response)) as { accepted?: number };
  if (accepted !== count)
    throw new Error(`${accepted ?? 'none'} of ${count} truths accepted: ${String(response.statusCode)}`);
  return {
    perSecond: (count / (performance.now() - started)) * 1_000,
    peakBytes: peakResident(stack.service('ingress').pid),
  };
}

/** The lines, some hundred of them at a time. */
function* lines(count: number): Generator<string> {
  for (let from = 0; from < count; from += 500) {
    const some = Array.from({ length: Math.min(500, count - from) }, (_, n) => from + n);
    yield some.map((n) => `{"id":"streamed-${n}","truth":${n % 10}}\n`).join('');
  }
}
