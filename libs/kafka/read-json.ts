import type { z } from 'zod';
import type { DeadLetters } from './dead-letters.js';
import { messageOf } from './errors.js';
import type { IncomingRecord, RecordBatch } from './records.js';

export type Readable<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly reason: string };

/** A record's value as JSON of that shape, or in words why it is not. */
export function readJson<Schema extends z.ZodType>(record: IncomingRecord, schema: Schema): Readable<z.infer<Schema>> {
  if (record.value === null) return { ok: false, reason: 'the record has no value' };
  let json: unknown;
  try {
    json = JSON.parse(record.value.toString('utf8'));
  } catch (error) {
    return { ok: false, reason: `not JSON: ${messageOf(error)}` };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const reasons = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'value'}: ${message}`);
  return { ok: false, reason: reasons.join('; ') };
}

/** Hands each readable record of a batch to `apply`; the others become dead letters, and the partition moves on. */
export async function forEachReadable<Schema extends z.ZodType>(
  batch: RecordBatch,
  schema: Schema,
  deadLetters: DeadLetters,
  apply: (value: z.infer<Schema>, record: IncomingRecord) => void,
): Promise<void> {
  for (const record of batch.records) {
    const read = readJson(record, schema);
    if (read.ok) apply(read.value, record);
    else await deadLetters.send(record, read.reason);
  }
}
