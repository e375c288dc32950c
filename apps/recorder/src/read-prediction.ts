import { prediction, type Prediction } from '#contracts';
import { type IncomingRecord, readJson } from '#kafka';

/** A row to be written, and the record that it came in. */
export interface LogRow {
  readonly prediction: Prediction;
  readonly record: IncomingRecord;
}

export type ReadRow = { readonly ok: true; readonly row: LogRow } | { readonly ok: false; readonly reason: string };

const latest = Date.UTC(9999, 0, 1);

/** A record of the topic predictions as a row of the log, or in words why it is none. */
export function readPrediction(record: IncomingRecord): ReadRow {
  const read = readJson(record, prediction);
  if (!read.ok) return read;
  const wrong = (['requestedAt', 'predictedAt'] as const).find(
    (field) => read.value[field] < 0 || read.value[field] >= latest,
  );
  if (wrong !== undefined) {
    return { ok: false, reason: `${wrong}: ${read.value[wrong]} is no moment between 1970 and 9999, in ms` };
  }
  return { ok: true, row: { prediction: read.value, record } };
}
