import { z } from 'zod';
import { endpointName, identifier } from './names.js';

/** The body of `POST /api/v1/forget` of feedback. The key stands in no address, where a log of calls would keep it. */
export const forgetRequest = z.strictObject({
  /** The consumer. */
  routingKey: identifier,
  /** Of this endpoint alone; default: of all, deleted ones too. */
  endpoint: endpointName.optional(),
});
export type ForgetRequest = z.infer<typeof forgetRequest>;

/** A topic that may still hold records of a consumer. */
export interface RetainedTopic {
  readonly topic: string;
  /** How old records grow, ms; null: for ever. */
  readonly retentionMs: number | null;
  /** How long a record may wait beside newer ones before it begins to be looked at: Kafka removes whole segments. ms */
  readonly segmentMs: number;
  /** When the last record that is there now is gone at the latest (ISO 8601); null: never. */
  readonly until: string | null;
}

/** Where a rule of an endpoint names the consumer. */
export interface PinnedConsumer {
  readonly endpoint: string;
  /** The present manifest does. */
  readonly inManifest: boolean;
  /** Traffic plans, past and present, that do. */
  readonly plans: number;
}

/** What was erased, and what is left elsewhere. */
export interface ForgetReport {
  readonly requests: number;
  /** Rows erased, by table; tables without any are left out. */
  readonly rows: Readonly<Record<string, number>>;
  readonly pins: readonly PinnedConsumer[];
  /** Null: Kafka could not be asked. */
  readonly topics: readonly RetainedTopic[] | null;
}

/** One line of the answer to `POST /api/v1/forget`: how many requests have been erased, of how many; the end. An answer without an end broke off. */
export type ForgetLine =
  { readonly progress: number; readonly of: number } | { readonly end: ForgetReport } | { readonly error: string };
