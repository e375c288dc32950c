/** A century, in ms: longer windows do not fit into Postgres's arithmetic of time. */
export const longestWindowMs = 3_155_760_000_000;
