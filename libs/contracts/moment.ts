import { z } from 'zod';

/** The first moment that is none any more: later years do not fit into ISO 8601's four digits. */
const end = Date.UTC(9999, 0, 1);
const isMoment = (ms: number): boolean => ms >= 0 && ms < end;

/** A moment between 1970 and 9999 in ms, which every part can store. */
export const moment = z.number().refine(isMoment, 'expected a moment between 1970 and 9999, in ms');

/** The same as ISO 8601 with an offset. */
export const isoMoment = z.iso
  .datetime({ offset: true })
  .refine((text) => isMoment(Date.parse(text)), 'expected a moment between 1970 and 9999');

/** One or the other: `momentMs` makes one of both. */
export const writtenMoment = z.union(
  [moment, isoMoment],
  'expected a moment between 1970 and 9999, in ms or as ISO 8601 with an offset',
);

/** ms since 1970. */
export const momentMs = (written: z.infer<typeof writtenMoment>): number =>
  typeof written === 'number' ? written : Date.parse(written);
