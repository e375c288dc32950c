import { z } from 'zod';

/** One line of `GET /api/v1/dead-letters`, newest first: a record that could not be read. */
export interface DeadLetterView {
  /** Its place in the topic of dead letters: `<partition>-<offset>`. */
  readonly id: string;
  /** When it became one. */
  readonly at: string;
  readonly reason: string;
  /** The error in more words, where there are any. */
  readonly error: string | null;
  /** The service that could not read it. */
  readonly service: string;
  readonly origin: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: string;
    readonly at: string;
  } | null;
  /** As text; `base64:…` where it is none. */
  readonly key: string | null;
  /** Size of its value. */
  readonly bytes: number;
  /** That it was sent to its origin again, and by whom. */
  readonly replayed: { readonly at: string; readonly actor: string; readonly reason: string | null } | null;
}

/** `GET /api/v1/dead-letters/{id}`: all of it, as it came. */
export interface WholeDeadLetter extends DeadLetterView {
  /** Those that it had at its origin; `base64:…` where a value is no text. */
  readonly headers: Readonly<Record<string, string>>;
  /** As text; `base64:…` where it is none; null: a tombstone. */
  readonly value: string | null;
}

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
export interface ReplayReport {
  readonly replayed: readonly { readonly id: string; readonly topic: string }[];
  readonly refused: readonly { readonly id: string; readonly error: string }[];
}
