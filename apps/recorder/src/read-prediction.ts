import { prediction, type Prediction } from '#contracts';
import { type IncomingRecord, readJson } from '#kafka';
import { predictionLine } from './prediction-line.js';

/** What the recorder looks at of a row; the bodies of question and answer it only passes on. */
export type RowHead = Omit<Prediction, 'request' | 'response'>;

/** A row to be written, and the record that it came in. */
export interface LogRow {
  readonly prediction: RowHead;
  /** Body of the answer: a shadow's is compared with the champion's. */
  readonly response: unknown;
  /** The whole row for COPY: made when it is read, so that it is ready when the transaction before it has ended. */
  readonly line: string;
  readonly record: IncomingRecord;
}

export type ReadRow = { readonly ok: true; readonly row: LogRow } | { readonly ok: false; readonly reason: string };

/** A record of the topic predictions as a row of the log, or in words why it is none. */
export function readPrediction(record: IncomingRecord): ReadRow {
  const read = readJson(record, prediction);
  if (!read.ok) return read;
  const { request: _request, response, ...head } = read.value;
  return { ok: true, row: { prediction: head, response, line: predictionLine(read.value), record } };
}
