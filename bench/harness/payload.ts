/** Bytes of a request of the floor and of NestJS: about those of one row of digits as JSON, with its headers. */
export const payloadBytes = 600;

/** A JSON object of exactly that size. */
export const payload = { pixels: 'x'.repeat(payloadBytes - '{"pixels":""}'.length) };
