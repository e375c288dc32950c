import { groundTruth, momentMs } from '#contracts';
import { type IncomingRecord, readJson } from '#kafka';

/** A truth to be written, and the record that it came in. */
export interface TruthRow {
  readonly endpoint: string;
  readonly id: string;
  /** Either this or `reward`. */
  readonly truth: unknown;
  readonly reward: number | null;
  /** When it became known, ms since 1970. */
  readonly at: number;
  /** Empty where it is not told apart. */
  readonly part: string;
  readonly record: IncomingRecord;
}

export type ReadTruth = { readonly ok: true; readonly row: TruthRow } | { readonly ok: false; readonly reason: string };

/**
 * A record of the topic ground-truth, or in words why it is none. Where it does not say when the truth became known, the time of
 * the record counts: a redelivery says the same again.
 */
export function readTruth(record: IncomingRecord): ReadTruth {
  const read = readJson(record, groundTruth);
  if (!read.ok) return read;
  const { endpoint, id, truth, reward, at = record.timestamp, part = '' } = read.value;
  return { ok: true, row: { endpoint, id, truth, reward: reward ?? null, at: momentMs(at), part, record } };
}
