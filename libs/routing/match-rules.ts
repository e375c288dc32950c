import type { RoutingRule } from '#contracts';

/** Headers of a request; a Kafka header's Buffer is read as text. */
export type RoutingHeaders = Readonly<Record<string, string | Uint8Array | undefined>>;

const decoder = new TextDecoder();

/** A header's text: by the name as the rule writes it, else in lower case, as HTTP servers give it. */
function headerText(headers: RoutingHeaders, name: string): string | undefined {
  const value = headers[name] ?? headers[name.toLowerCase()];
  return value === undefined || typeof value === 'string' ? value : decoder.decode(value);
}

/** The version of the first rule that matches the request, or undefined. */
export function matchRules(
  rules: readonly RoutingRule[],
  routingKey: string | null | undefined,
  headers: RoutingHeaders = {},
): string | undefined {
  return rules.find(({ when }) =>
    'routingKey' in when ? when.routingKey === routingKey : headerText(headers, when.header) === when.equals,
  )?.version;
}
