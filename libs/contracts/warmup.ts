import { z } from 'zod';

/**
 * What a version has to answer before it goes live: a request as callers send it (V1 or V2), or false for nothing. Absent: a request of zeros
 * made up from the model's signature.
 */
export const warmup = z.union([z.literal(false), z.record(z.string(), z.unknown())]);
