import { z } from 'zod';

/** One line of `GET /api/v1/dead-letters`, newest first: a record that could not be read. */
export const deadLetterView = z.object({
  /** Its place in the topic of dead letters: `<partition>-<offset>`. */
  id: z.string(),
  /** When it became one. */
  at: z.iso.datetime(),
  reason: z.string(),
  /** The error in more words, where there are any. */
  error: z.string().nullable(),
  /** The service that could not read it. */
  service: z.string(),
  origin: z.object({ topic: z.string(), partition: z.int(), offset: z.string(), at: z.iso.datetime() }).nullable(),
  /** As text; `base64:…` where it is none. */
  key: z.string().nullable(),
  /** Size of its value. */
  bytes: z.int(),
  /** That it was sent to its origin again, and by whom. */
  replayed: z.object({ at: z.iso.datetime(), actor: z.string(), reason: z.string().nullable() }).nullable(),
});
export type DeadLetterView = z.infer<typeof deadLetterView>;

/** `GET /api/v1/dead-letters/{id}`: all of it, as it came. */
export const wholeDeadLetter = deadLetterView.extend({
  /** Those that it had at its origin; `base64:…` where a value is no text. */
  headers: z.record(z.string(), z.string()),
  /** As text; `base64:…` where it is none; null: a tombstone. */
  value: z.string().nullable(),
});
export type WholeDeadLetter = z.infer<typeof wholeDeadLetter>;

/** As many can be replayed in one call. */
export const mostReplayed = 100;

/** `POST /api/v1/dead-letters/replay`. */
export const replayRequest = z.strictObject({
  ids: z.array(z.string().regex(/^\d{1,9}-\d{1,18}$/, 'expected an id such as "0-17"')).min(1).max(mostReplayed),
  reason: z.string().max(2000).optional(),
  actor: z.string().min(1).max(200).optional(),
}); // prettier-ignore
export type ReplayRequest = z.infer<typeof replayRequest>;

/** What became of those that were to be replayed. */
export const replayReport = z.object({
  replayed: z.array(z.object({ id: z.string(), topic: z.string() })),
  refused: z.array(z.object({ id: z.string(), error: z.string() })),
});
export type ReplayReport = z.infer<typeof replayReport>;
