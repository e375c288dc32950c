import { identifier } from '#contracts';

export type BodyReading =
  { readonly ok: true; readonly id: string | undefined } | { readonly ok: false; readonly reason: string };

const unreadable = (reason: string): BodyReading => ({ ok: false, reason });

/** The id in a body of the protocol V2 (`inputs`) or V1 (`instances`), or why it is neither. The model judges the rest. */
export function readBodyId(value: Buffer | null): BodyReading {
  if (value === null) return unreadable('the record has no value; expected a JSON object with "inputs" or "instances"');
  let body: unknown;
  try {
    body = JSON.parse(value.toString());
  } catch (error) {
    return unreadable(`the value is not JSON: ${(error as Error).message}`);
  }
  if (typeof body !== 'object' || body === null || !(isArray(body, 'inputs') || isArray(body, 'instances'))) {
    return unreadable('expected a JSON object with an array "inputs" (protocol V2) or "instances" (V1)');
  }
  if (!('id' in body) || body.id === null) return { ok: true, id: undefined };
  const id = identifier.safeParse(body.id);
  return id.success ? { ok: true, id: id.data } : unreadable('id: expected a text of 1 to 1024 printable characters');
}

const isArray = (body: object, name: string): boolean =>
  name in body && Array.isArray((body as Readonly<Record<string, unknown>>)[name]);
