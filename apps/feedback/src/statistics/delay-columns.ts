import { delaySpans } from '#contracts';

/** Columns of arm_stats and key_stats: truths by how long they took, a column a span. */
export const delayColumns: readonly string[] = Array.from({ length: delaySpans }, (_, span) => `delay_${span}`);
